//! What this machine is, for a user agent.

/// Names and versions; `unknown` where nobody says.
pub struct Machine {
    pub os: String,
    pub os_version: String,
    pub arch: String,
    pub terminal: String,
}

const UNKNOWN: &str = "unknown";

pub fn here() -> Machine {
    let (os, os_version) = system();
    Machine { os, os_version, arch: std::env::consts::ARCH.into(), terminal: terminal(|name| std::env::var(name).ok()) }
}

/// The distribution, where there is one.
#[cfg(target_os = "linux")]
fn system() -> (String, String) {
    let release = std::fs::read_to_string("/etc/os-release").or_else(|_| std::fs::read_to_string("/usr/lib/os-release"));
    let (name, version) = distribution(&release.unwrap_or_default());
    (name.unwrap_or_else(|| "Linux".into()), version.unwrap_or_else(kernel))
}

#[cfg(target_os = "linux")]
fn kernel() -> String {
    std::fs::read_to_string("/proc/sys/kernel/osrelease").map_or_else(|_| UNKNOWN.into(), |text| text.trim().into())
}

#[cfg(target_os = "macos")]
fn system() -> (String, String) {
    let facts = std::fs::read_to_string("/System/Library/CoreServices/SystemVersion.plist").unwrap_or_default();
    ("Mac OS".into(), product_version(&facts).unwrap_or_else(|| UNKNOWN.into()))
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn system() -> (String, String) {
    (std::env::consts::OS.into(), UNKNOWN.into())
}

/// The version in a property list of the system.
#[cfg(any(target_os = "macos", test))]
fn product_version(facts: &str) -> Option<String> {
    let (_, behind) = facts.split_once("<key>ProductVersion</key>")?;
    let (_, value) = behind.split_once("<string>")?;
    value.split_once("</string>").map(|(version, _)| version.to_owned())
}

/// Name and version of an `os-release` file.
#[cfg(any(target_os = "linux", test))]
fn distribution(release: &str) -> (Option<String>, Option<String>) {
    let value = |name: &str| {
        let line = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
        let text = line.trim().trim_matches(['"', '\'']);
        (!text.is_empty()).then(|| text.to_owned())
    };
    (value("NAME"), value("VERSION_ID"))
}

/// The program that shows the terminal, else its kind.
fn terminal(variable: impl Fn(&str) -> Option<String>) -> String {
    let filled = |name| variable(name).filter(|value| !value.trim().is_empty());
    match (filled("TERM_PROGRAM"), filled("TERM_PROGRAM_VERSION")) {
        (Some(program), Some(version)) => format!("{program}/{version}"),
        (Some(program), None) => program,
        (None, _) => filled("TERM").unwrap_or_else(|| UNKNOWN.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_9_a_distribution_is_read_from_its_release_file() {
        let text = "PRETTY_NAME=\"Ubuntu 24.04 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID='24.04'\n";
        assert_eq!(distribution(text), (Some("Ubuntu".into()), Some("24.04".into())));
        assert_eq!(distribution("NAME=\nID=arch\n"), (None, None));
    }

    #[test]
    fn r6_9_a_version_is_read_from_its_property_list() {
        let text = "<dict>\n\t<key>ProductVersion</key>\n\t<string>15.1</string>\n</dict>";
        assert_eq!(product_version(text), Some("15.1".into()));
        assert_eq!(product_version("<dict/>"), None);
    }

    #[test]
    fn r6_9_a_terminal_is_named_by_its_program_first() {
        let named = |variables: &[(&str, &str)]| {
            terminal(|name| variables.iter().find(|(found, _)| *found == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(named(&[("TERM", "xterm"), ("TERM_PROGRAM", "WezTerm"), ("TERM_PROGRAM_VERSION", "2")]), "WezTerm/2");
        assert_eq!(named(&[("TERM", "xterm"), ("TERM_PROGRAM", " ")]), "xterm");
        assert_eq!(named(&[]), "unknown");
    }
}
