//! Profiles from files, processes, containers and instances. What AWS's crates read from the environment of the process is set for
//! a process of its own: this test program, run again for one test.

use super::*;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::thread::{JoinHandle, spawn};
use tempfile::TempDir;

/// 2026-04-23T00:00:00Z.
const NOW_MS: i64 = 1_776_902_400_000;

/// A folder with AWS's configuration.
struct Place {
    folder: TempDir,
    clock: Arc<SetClock>,
}

impl Place {
    fn new(config: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), clock: SetClock::at(NOW_MS) };
        fs::write(place.path("config"), config.replace("FOLDER", place.folder.path().to_str().unwrap())).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Both files are in the folder; `AWS_PROFILE` is `other`.
    fn environment(&self) -> impl Environment + use<> {
        let folder = self.folder.path().to_owned();
        move |name: &str| match name {
            "AWS_CONFIG_FILE" => folder.join("config").to_str().map(Into::into),
            "AWS_SHARED_CREDENTIALS_FILE" => folder.join("credentials").to_str().map(Into::into),
            "AWS_PROFILE" => Some("other".into()),
            "AWS_REGION" => Some("us-east-1".into()),
            _ => None,
        }
    }

    fn credentials(&self, profile: Option<&str>) -> AwsCredentials {
        let aws = AwsAuth { profile: profile.map(Into::into), region: None };
        AwsCredentials::new(&aws, AwsLogin::default(), self.clock.clone())
    }

    fn runs(&self) -> usize {
        fs::read_to_string(self.path("runs")).map_or(0, |text| text.lines().count())
    }
}

/// The access key that signs, or the error.
async fn key(credentials: &AwsCredentials, environment: &dyn Environment) -> Result<String, Error> {
    let credential = credentials.credential("P5", environment).await?;
    assert_eq!(credential.region(), Some("us-east-1"));
    let mut request = Request::new(http::Method::POST, "https://a.example/".parse().unwrap());
    credential.signer().unwrap().sign(&mut request)?;
    let authorization = request.headers()["authorization"].to_str().unwrap().to_owned();
    let id = authorization.split(['=', '/']).nth(1).unwrap().to_owned();
    let token = request.headers().get("x-amz-security-token").map(|token| token.to_str().unwrap().to_owned());
    Ok(token.map_or(id.clone(), |token| format!("{id}+{token}")))
}

const TWO: &str = "[profile p]\naws_access_key_id = AKIDP\naws_secret_access_key = s\n\
    [profile other]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = s\naws_session_token = st\n";

/// Prints keys that expire at midnight, and counts.
const PROCESS: &str = "[profile p]\ncredential_process = sh -c 'cd FOLDER; cat script >/dev/null; sh script'\n";

fn script(expiry: &str) -> String {
    format!(
        "echo run >> runs; n=$(wc -l < runs | tr -d ' ')\n\
         printf '{{\"Version\":1,\"AccessKeyId\":\"AKID%s\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"st\"{expiry}}}' $n\n"
    )
}

#[tokio::test]
async fn r13_5_a_profile_is_read_and_what_changes_in_it_too() {
    let place = Place::new(TWO);
    let (configured, open) = (place.credentials(Some("p")), place.credentials(None));
    assert_eq!(key(&configured, &place.environment()).await.unwrap(), "AKIDP");
    assert_eq!(key(&open, &place.environment()).await.unwrap(), "AKIDOTHER+st");
    fs::write(place.path("credentials"), "[p]\naws_access_key_id = AKIDNEW\naws_secret_access_key = s\n").unwrap();
    assert_eq!(key(&configured, &place.environment()).await.unwrap(), "AKIDNEW");
}

#[tokio::test]
async fn r13_5_keys_that_expire_are_kept_until_shortly_before() {
    let place = Place::new(PROCESS);
    fs::write(place.path("script"), script(",\"Expiration\":\"2026-04-23T01:00:00Z\"")).unwrap();
    let (credentials, environment) = (place.credentials(Some("p")), place.environment());
    let (first, second) = tokio::join!(key(&credentials, &environment), key(&credentials, &environment));
    assert_eq!((first.unwrap().as_str(), second.unwrap().as_str(), place.runs()), ("AKID1+st", "AKID1+st", 1));
    place.clock.0.store(NOW_MS + 3_539_999, Ordering::SeqCst);
    assert_eq!(key(&credentials, &environment).await.unwrap(), "AKID1+st");
    place.clock.0.store(NOW_MS + 3_540_000, Ordering::SeqCst);
    assert_eq!(key(&credentials, &environment).await.unwrap(), "AKID2+st");
}

#[tokio::test]
async fn r13_5_refused_keys_are_loaded_anew() {
    let place = Place::new(PROCESS);
    fs::write(place.path("script"), script(",\"Expiration\":\"2026-04-23T01:00:00Z\"")).unwrap();
    let credentials = place.credentials(Some("p"));
    assert_eq!(key(&credentials, &place.environment()).await.unwrap(), "AKID1+st");
    credentials.refused().await;
    assert_eq!(key(&credentials, &place.environment()).await.unwrap(), "AKID2+st");
}

#[tokio::test]
async fn r13_8_what_cannot_be_loaded_is_retryable_and_tells_no_secret() {
    let broken = "[profile p]\naws_access_key_id = sk-secret\n[sk-secret\n";
    let failing = "[profile p]\ncredential_process = sh -c 'printf sk-secret; printf sk-secret >&2; exit 3'\n";
    for config in [TWO, broken, failing, "[profile p]\nregion = us-east-1\n", ""] {
        let place = Place::new(config);
        let profile = if config == TWO { "absent" } else { "p" };
        let error = key(&place.credentials(Some(profile)), &place.environment()).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.advice), ("aws-credentials", crate::error::Advice::BackOff), "{config}");
        assert!(error.message.contains(profile) && !format!("{error:?}").contains("sk-secret"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn r13_8_a_provider_that_does_not_answer_is_given_up() {
    let place = Place::new("[profile p]\ncredential_process = cat FOLDER/pipe\n");
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    let error = key(&place.credentials(Some("p")), &place.environment()).await.unwrap_err();
    assert!(error.code == "aws-credentials" && error.message.contains("in time"), "{error}");
    // The process is AWS's and goes on; this ends it.
    drop(fs::OpenOptions::new().write(true).open(place.path("pipe")).unwrap());
}

/// What is logged, at every level.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn r15_4_neither_loading_nor_signing_logs_a_secret() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing::trace!("heard");
    let process = "[profile p]\ncredential_process = sh -c 'sh FOLDER/script sk-secret'\n";
    let keys = "[profile other]\naws_access_key_id = AKID\naws_secret_access_key = sk-secret\naws_session_token = sk-secret\n";
    let place = Place::new(&format!("{process}{keys}"));
    let printed = r#"{"Version":1,"AccessKeyId":"AKID1","SecretAccessKey":"sk-secret","SessionToken":"sk-secret"}"#;
    fs::write(place.path("script"), format!("printf '{printed}'")).unwrap();
    for profile in [Some("p"), None] {
        key(&place.credentials(profile), &place.environment()).await.unwrap();
    }
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("heard") && !logged.contains("sk-secret"), "{logged}");
}

/// Runs [`in_a_process_of_its_own`] with these variables and no other of AWS: what it printed. It logs at every level, no secret.
fn elsewhere(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "auth::aws::tests::loading::in_a_process_of_its_own", "--nocapture"]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    let output = command.env("OF_ITS_OWN", "1").envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let logged = String::from_utf8_lossy(&output.stderr);
    assert!(!logged.contains("sk-there"), "{logged}");
    let (_, told) = text.split_once("told:").unwrap_or_else(|| panic!("{text} {logged}"));
    told.lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn in_a_process_of_its_own() {
    if std::env::var_os("OF_ITS_OWN").is_none() {
        return;
    }
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(std::io::stderr).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let place = Place::new("");
    let key = key(&place.credentials(None), &place.environment()).await;
    println!("told:{}", key.unwrap_or_else(|error| error.code));
}

/// Answers the requests of one process; the paths that were asked for.
fn server(answers: &'static [(&'static str, &'static str)]) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = move || {
        let answer = |(path, body): &(&str, &str)| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            assert!(head.contains(path), "{head}");
            let length = body.len();
            let ttl = "x-aws-ec2-metadata-token-ttl-seconds: 21600";
            write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n{ttl}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
            head.lines().next().unwrap().to_owned()
        };
        answers.iter().map(answer).collect()
    };
    (address, spawn(serving))
}

const KEYS: &str = r#"{"Code":"Success","Type":"AWS-HMAC","LastUpdated":"2026-04-23T00:00:00Z","AccessKeyId":"AKIDTHERE",
    "SecretAccessKey":"sk-there","Token":"st","Expiration":"2126-04-23T00:00:00Z"}"#;

#[test]
fn r13_5_a_container_is_asked_through_our_client() {
    let (address, serving) = server(&[("GET /creds ", KEYS)]);
    let uri = format!("{address}/creds");
    let told = elsewhere(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri), ("AWS_EC2_METADATA_DISABLED", "true")]);
    assert_eq!(told, "AKIDTHERE+st");
    serving.join().unwrap();
}

#[test]
fn r13_5_an_instance_is_asked_last() {
    let profiles = "/latest/meta-data/iam/security-credentials";
    let (address, serving) = server(&[("PUT /latest/api/token ", "imds-token"), ("GET /latest/", "role"), ("GET /latest/", KEYS)]);
    assert_eq!(elsewhere(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &address)]), "AKIDTHERE+st");
    let asked = serving.join().unwrap();
    assert!(asked[1].contains(profiles) && asked[2].contains("/role"), "{asked:?}");
}

#[test]
fn r13_8_nothing_anywhere_is_an_error() {
    assert_eq!(elsewhere(&[("AWS_EC2_METADATA_DISABLED", "true")]), "aws-credentials");
}
