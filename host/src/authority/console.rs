//! The console: a static page, served from the authority's own origin, so that it may call the endpoints without any leave.

use crate::error::Error;
use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Where it is served.
pub(super) const CONSOLE: &str = "/console/";
/// Where a checkout keeps the built page.
const BUILT: &str = "js/console/dist";
/// The page itself.
const PAGE: &str = "index.html";
/// Most bytes of all files: more is no console.
const MOST_BYTES: u64 = 16 << 20;
/// Nothing but files of this origin, and WebAssembly of them; no text becomes markup or code.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The files of a built console. They are read once and served from memory, so no request names a path of the machine.
#[derive(Clone)]
pub struct Console {
    /// By their path below [`CONSOLE`].
    files: BTreeMap<String, File>,
}

#[derive(Clone)]
struct File {
    content_type: &'static str,
    content: Bytes,
}

impl Console {
    /// Reads the folder of a built console. Errors: `config-invalid` for one that is not, or cannot be read.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let unreadable = |error: io::Error| Error::config(format!("the console in {} cannot be read: {error}", folder.display()));
        if !folder.join(PAGE).is_file() {
            return Err(Error::config(format!("{} is not a built console: there is no {PAGE} in it", folder.display())));
        }
        let mut reading = Reading { files: BTreeMap::new(), left: MOST_BYTES };
        reading.folder(folder, "").map_err(unreadable)?;
        Ok(Self { files: reading.files })
    }

    /// The folder of the built console in the checkout that a program was built in, if both are there.
    pub fn beside(program: &Path) -> Option<PathBuf> {
        program.ancestors().skip(1).map(|folder| folder.join(BUILT)).find(|folder| folder.join(PAGE).is_file())
    }

    /// Its routes; whoever asks for the root or leaves out the slash is shown the way.
    pub(super) fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let entrance = || async { Redirect::temporary(CONSOLE) };
        let router = Router::new().route("/", get(entrance)).route(CONSOLE.trim_end_matches('/'), get(entrance));
        self.files.iter().fold(router, |router, (path, file)| {
            let served = file.clone();
            let answer = move || async move { served.into_response() };
            let path = if path == PAGE { CONSOLE.to_owned() } else { format!("{CONSOLE}{path}") };
            router.route(&path, get(answer))
        })
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.files.keys()).finish()
    }
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        const FIELDS: [(HeaderName, &str); 6] = [
            (CONTENT_SECURITY_POLICY, POLICY),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
            (CACHE_CONTROL, "no-cache"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        ];
        let mut response = Response::new(self.content.into());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.extend(FIELDS.map(|(name, value)| (name, HeaderValue::from_static(value))));
        response
    }
}

/// Files as they are read.
struct Reading {
    files: BTreeMap<String, File>,
    left: u64,
}

impl Reading {
    /// Plain files and folders; links lead elsewhere, and names that begin with a dot are not for others.
    fn folder(&mut self, folder: &Path, below: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (kind, name) = (entry.file_type()?, entry.file_name());
            let Some(name) = name.to_str().filter(|name| is_plain(name)) else { continue };
            if kind.is_dir() {
                self.folder(&entry.path(), &format!("{below}{name}/"))?;
            } else if kind.is_file() {
                self.file(&entry.path(), format!("{below}{name}"))?;
            }
        }
        Ok(())
    }

    fn file(&mut self, file: &Path, path: String) -> io::Result<()> {
        let content = fs::read(file)?;
        let too_much = || io::Error::other("it has more than 16 MiB");
        self.left = self.left.checked_sub(content.len() as u64).ok_or_else(too_much)?;
        self.files.insert(path, File { content_type: type_of(file), content: content.into() });
        Ok(())
    }
}

/// What needs no escape in a URL, and means nothing to a router.
fn is_plain(name: &str) -> bool {
    !name.starts_with('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn type_of(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
