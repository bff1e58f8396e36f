//! What a data file may say, and how a case is judged.

use crate::program::{Output, Serve, Workplace};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A data file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// One case: what is there before, one run, what must be true after it. In arguments, `env`, `stdin` and `json`, `{dir}` is the folder of
/// the case, `{file NAME}` the content of a file in it, and with `serve`, `{base_url}`, `{authapi_base}`, `{responses_url}` and `{jwks_url}` are
/// those of the server.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Files made before; their mode is 0600.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Modes they are given instead, in octal.
    #[serde(default)]
    chmod: BTreeMap<String, String>,
    /// Starts a server with these further arguments.
    serve: Option<Vec<String>>,
    /// Runs made before; each must exit with 0.
    #[serde(default)]
    before: Vec<Vec<String>>,
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    stdin: String,
    #[serde(default)]
    exit: i32,
    /// The whole of standard output.
    stdout: Option<String>,
    #[serde(default)]
    stdout_has: Vec<String>,
    #[serde(default)]
    stdout_lacks: Vec<String>,
    /// The whole of standard error.
    stderr: Option<String>,
    #[serde(default)]
    stderr_has: Vec<String>,
    #[serde(default)]
    stderr_lacks: Vec<String>,
    /// Members of the JSON object on standard output, by JSON pointer.
    #[serde(default)]
    json: BTreeMap<String, toml::Value>,
    /// Files that must be there afterwards, with their modes in octal.
    #[serde(default)]
    modes: BTreeMap<String, String>,
    /// Text that files must hold afterwards.
    #[serde(default)]
    file_has: BTreeMap<String, String>,
    /// Text that files must not hold afterwards.
    #[serde(default)]
    file_lacks: BTreeMap<String, String>,
    /// Files that must not be there afterwards.
    #[serde(default)]
    absent: Vec<String>,
    /// Files that must have the content they had before the run.
    #[serde(default)]
    unchanged: Vec<String>,
}

/// Runs every case of a file and names all that fail.
pub fn run_file(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cli/{name}.toml"));
    let file: File = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{name}.toml: {error}"));
    assert!(!file.case.is_empty());
    let failures: Vec<String> = file.case.iter().filter_map(|case| case.run().err().map(|why| format!("{}: {why}", case.name))).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
}

impl Case {
    fn run(&self) -> Result<(), String> {
        let place = Workplace::new();
        self.files.iter().for_each(|(name, content)| place.write(name, content));
        let serve = self.serve.as_ref().map(|args| Serve::start(&place, args));
        let filled = |text: &String| fill(text, &place, serve.as_ref());
        let mut spoken = String::new();
        for args in &self.before {
            let args: Vec<String> = args.iter().map(filled).collect();
            let output = place.run(&args, b"", &[]);
            expect(output.exit == 0, || format!("{args:?} exits with {}: {}", output.exit, output.stderr))?;
            spoken += &output.stdout;
            spoken += &output.stderr;
        }
        self.chmod(&place);
        let content = |name: &String| fs::read(place.path(name)).ok();
        let before: Vec<_> = self.unchanged.iter().map(content).collect();
        let args: Vec<String> = self.args.iter().map(filled).collect();
        let env: Vec<(&str, String)> = self.env.iter().map(|(name, value)| (name.as_str(), filled(value))).collect();
        let output = place.run(&args, filled(&self.stdin).as_bytes(), &env);
        let told = || format!("\n--- stdout\n{}\n--- stderr\n{}", output.stdout, output.stderr);
        self.judge(&output, &filled).map_err(|why| why + &told())?;
        self.judge_files(&place).map_err(|why| why + &told())?;
        let after: Vec<_> = self.unchanged.iter().map(content).collect();
        expect(before == after, || format!("one of {:?} has changed", self.unchanged))?;
        spoken += &output.stdout;
        spoken += &output.stderr;
        no_secret_in(&spoken, &place).map_err(|why| why + &told())
    }

    fn judge(&self, output: &Output, filled: &dyn Fn(&String) -> String) -> Result<(), String> {
        expect(output.exit == self.exit, || format!("exit code {} instead of {}", output.exit, self.exit))?;
        expect(!output.stdout.contains('\x1b') && !output.stderr.contains('\x1b'), || "colours without a terminal".into())?;
        for (whole, got) in [(&self.stdout, &output.stdout), (&self.stderr, &output.stderr)] {
            expect(whole.as_ref().is_none_or(|whole| whole == got), || format!("instead of\n{}", whole.clone().unwrap_or_default()))?;
        }
        for (parts, got, wanted) in [
            (&self.stdout_has, &output.stdout, true),
            (&self.stdout_lacks, &output.stdout, false),
            (&self.stderr_has, &output.stderr, true),
            (&self.stderr_lacks, &output.stderr, false),
        ] {
            for part in parts {
                expect(got.contains(part.as_str()) == wanted, || format!("{part:?} is {}", if wanted { "missing" } else { "there" }))?;
            }
        }
        self.judge_json(output, filled)
    }

    fn judge_json(&self, output: &Output, filled: &dyn Fn(&String) -> String) -> Result<(), String> {
        if self.json.is_empty() {
            return Ok(());
        }
        let answer: serde_json::Value =
            serde_json::from_str(&output.stdout).map_err(|error| format!("standard output is no JSON: {error}"))?;
        for (pointer, wanted) in &self.json {
            let wanted = match wanted {
                toml::Value::String(text) => filled(text).into(),
                other => serde_json::to_value(other).unwrap(),
            };
            let got = answer.pointer(pointer);
            expect(got == Some(&wanted), || format!("{pointer} is {got:?} instead of {wanted}"))?;
        }
        Ok(())
    }

    fn judge_files(&self, place: &Workplace) -> Result<(), String> {
        for name in &self.absent {
            expect(!place.path(name).exists(), || format!("{name} is there"))?;
        }
        for (parts, wanted) in [(&self.file_has, true), (&self.file_lacks, false)] {
            for (name, part) in parts {
                let content = fs::read_to_string(place.path(name)).map_err(|error| format!("{name}: {error}"))?;
                expect(content.contains(part.as_str()) == wanted, || format!("{part:?} in {name}: {content}"))?;
            }
        }
        for (name, wanted) in &self.modes {
            let facts = fs::metadata(place.path(name)).map_err(|error| format!("{name}: {error}"))?;
            let mode = mode(&facts).unwrap_or_else(|| wanted.clone());
            expect(mode == *wanted, || format!("{name} has mode {mode} instead of {wanted}"))?;
        }
        Ok(())
    }

    fn chmod(&self, place: &Workplace) {
        #[cfg(unix)]
        for (name, mode) in &self.chmod {
            let mode = u32::from_str_radix(mode, 8).unwrap();
            fs::set_permissions(place.path(name), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        }
    }
}

/// K14: neither a key in the home folder nor a token is ever printed.
fn no_secret_in(spoken: &str, place: &Workplace) -> Result<(), String> {
    let mut secrets = Vec::new();
    for (file, pointer) in [
        ("home/auth.json", "/agent_identity/agent_private_key"),
        ("home/auth.json", "/agent_identity_next/agent_private_key"),
        ("home/auth.json", "/agent_identity"),
        ("home/pending-key.json", "/agent_private_key"),
    ] {
        let document = fs::read(place.path(file)).ok().and_then(|document| serde_json::from_slice::<serde_json::Value>(&document).ok());
        secrets.extend(document.and_then(|document| Some(document.pointer(pointer)?.as_str()?.to_owned())));
    }
    for file in ["token", "jwt"] {
        secrets.extend(fs::read_to_string(place.path(file)).ok().map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()));
    }
    // The seed is the second half of the PKCS#8 text.
    let halves: Vec<&str> = secrets.iter().map(|secret| &secret[secret.len() / 2..]).collect();
    expect(halves.iter().all(|half| !spoken.contains(half)), || "a secret is printed".into())
}

fn fill(text: &str, place: &Workplace, serve: Option<&Serve>) -> String {
    let mut text = text.replace("{dir}", place.path("").to_str().unwrap().trim_end_matches('/'));
    while let Some((before, rest)) = text.split_once("{file ") {
        let (name, after) = rest.split_once('}').unwrap();
        text = format!("{before}{}{after}", fs::read_to_string(place.path(name)).unwrap().trim());
    }
    let Some(serve) = serve else { return text };
    [
        ("{base_url}", &serve.base_url),
        ("{authapi_base}", &serve.authapi_base),
        ("{responses_url}", &serve.responses_url),
        ("{jwks_url}", &serve.jwks_url),
    ]
    .into_iter()
    .fold(text, |text, (name, value)| text.replace(name, value))
}

fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

#[cfg(unix)]
fn mode(facts: &fs::Metadata) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    Some(format!("{:o}", facts.permissions().mode() & 0o777))
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> Option<String> {
    None
}
