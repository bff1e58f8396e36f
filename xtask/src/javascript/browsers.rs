//! Installs the browsers that the tests drive, where that can be done without asking; else says what to run.

use crate::test::Extent;
use crate::workspace::Step;
use std::path::Path;

/// A program, and Debian's package of it.
struct Program {
    package: &'static str,
    is_there: fn() -> bool,
}

const PROGRAMS: [Program; 5] = [
    Program { package: "chromium", is_there: || ["chromium", "chromium-browser", "google-chrome"].iter().any(|name| is_on_path(name)) },
    Program { package: "firefox-esr", is_there: || ["firefox-esr", "firefox"].iter().any(|name| is_on_path(name)) },
    Program { package: "webkit2gtk-driver", is_there: || is_on_path("WebKitWebDriver") },
    Program { package: "libwebkit2gtk-4.1-0", is_there: has_mini_browser },
    Program { package: "xvfb", is_there: || is_on_path("Xvfb") },
];

/// A quick run needs the first only. What cannot be installed is skipped later, by name.
pub fn install_missing(extent: Extent) {
    let wanted = if extent == Extent::Quick { &PROGRAMS[..1] } else { &PROGRAMS[..] };
    let missing: Vec<&str> = wanted.iter().filter(|program| !(program.is_there)()).map(|program| program.package).collect();
    if missing.is_empty() {
        return;
    }
    let here = Path::new(".");
    let is_root = Step::new(here, "id", ["-u"]).read().is_ok_and(|id| id.trim() == "0");
    if is_root && is_on_path("apt-get") {
        println!("\n== JavaScript: installing {}", missing.join(", "));
        let installed = Step::new(here, "apt-get", ["update"]).run().and_then(|()| {
            let options = ["install", "--yes", "--no-install-recommends"];
            Step::new(here, "apt-get", options).args(&missing).env("DEBIAN_FRONTEND", "noninteractive").run()
        });
        if installed.is_ok() {
            return;
        }
    }
    println!("To test in every browser, run: apt-get install {}", missing.join(" "));
}

fn is_on_path(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// It is kept in a folder that is named after the machine.
fn has_mini_browser() -> bool {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    folders.into_iter().any(|folder| folder.path().join("webkit2gtk-4.1/MiniBrowser").is_file())
}
