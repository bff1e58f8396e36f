//! Processes of the program under test, each in a folder of its own.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A folder for one case; the identity's home is `home` in it.
pub struct Workplace {
    folder: tempfile::TempDir,
}

/// What a run left on its streams.
pub struct Output {
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Workplace {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file that only this user can read, as the program wants its own.
    pub fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    pub fn run(&self, args: &[impl AsRef<OsStr>], stdin: &[u8], env: &[(&str, String)]) -> Output {
        let mut command = self.command();
        command
            .args(args)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that does not read its input closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let output = child.wait_with_output().unwrap();
        Output {
            exit: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The program, shut off from the settings of whoever runs the tests.
    fn command(&self) -> Command {
        let mut command = Command::new(program());
        for name in [
            "AGENT_IDENTITY_AUTHAPI_BASE",
            "AGENT_IDENTITY_LOG",
            "AGENT_IDENTITY_STORAGE",
            "AGENT_IDENTITY_STORAGE_KEY_FILE",
            "CODEX_ACCESS_TOKEN",
            "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL",
            "CODEX_AGENT_IDENTITY_JWKS_BASE_URL",
            "CODEX_INTERNAL_ORIGINATOR_OVERRIDE",
            "XDG_CONFIG_HOME",
        ] {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder.path())
            .env("AGENT_IDENTITY_HOME", self.path("home"))
            .env("HOME", self.folder.path())
            // Compiled code is shared, or every run would take a second.
            .env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-cache"));
        command
    }
}

/// An `agent-identity serve` with an access token in `token`; killed when dropped.
pub struct Serve {
    child: Child,
    pub base_url: String,
    pub authapi_base: String,
    pub responses_url: String,
    pub jwks_url: String,
}

impl Serve {
    pub fn start(place: &Workplace, args: &[impl AsRef<OsStr>]) -> Self {
        let mut command = place.command();
        command.args(["serve", "--json", "--token-file", "token", "--account", "acct-1", "--user", "user-1"]).args(args);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        Self {
            base_url: text("listening_on"),
            authapi_base: text("authapi_base"),
            responses_url: text("responses_url"),
            jwks_url: text("jwks_url"),
            child,
        }
    }

    /// Ends it as a shell or an init system does.
    #[cfg(unix)]
    pub fn terminate(mut self) -> std::process::ExitStatus {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, built for the profile these tests were built for. An old one would answer for the new source.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let tests = std::env::current_exe().unwrap();
        // target/<profile>/deps/cli-…
        let folder = tests.parent().and_then(Path::parent).unwrap();
        let profile = match folder.file_name().and_then(OsStr::to_str).unwrap() {
            "debug" => "dev",
            other => other,
        };
        let program = folder.join(format!("agent-identity{}", std::env::consts::EXE_SUFFIX));
        if let Some(cargo) = std::env::var_os("CARGO").or_else(|| (!program.exists()).then(|| "cargo".into())) {
            let arguments = ["build", "--quiet", "-p", "agent-identity-host", "--bin", "agent-identity", "--profile", profile];
            let target = folder.parent().unwrap();
            let status = Command::new(cargo)
                .args(arguments)
                .arg("--target-dir")
                .arg(target)
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .status()
                .unwrap();
            assert!(status.success(), "the program cannot be built");
        }
        program
    })
}
