//! `agent-identity keygen`

use super::context::Context;
use super::failure::Failure;
use super::input::Source;
use super::output::{Facts, Output};
use super::private_file::write_new;
use crate::Session;
use crate::session::KeyHandle;
use crate::types::{PrivateForm, PublicForms, SecretForm};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, ValueEnum};

/// Make a key pair: the secret into a file, the public key in every form
///
/// `init` makes its own key; this is for keys that live elsewhere, and for tests. The file is made with mode 0600 and an
/// existing one is never overwritten. In text, the public forms go to standard error.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity keygen --out agent.pem
  agent-identity keygen --form pkcs8-base64 --out - | secret-store put agent-key")]
pub struct Keygen {
    /// How the secret key is written
    #[arg(long, default_value = "pkcs8-pem")]
    form: SecretFormName,
    /// New file for the secret key, or `-` for standard output
    #[arg(long, value_name = "FILE|-")]
    out: Source,
}

impl Keygen {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        if context.output.is_json() && self.out == Source::Standard {
            return Err(Failure::usage("--json and --out - both want standard output", "name a file: --out FILE"));
        }
        let component = context.component()?;
        let mut session = context.session(&component)?;
        let key = session.generate_key()?;
        let public = session.public_forms(&key)?;
        let mut secret = session.reveal(&key, self.form.into())?;
        if self.form != SecretFormName::Pkcs8Der && !secret.ends_with(b"\n") {
            secret.push(b'\n');
        }
        let facts = public_facts(&public);
        match &self.out {
            Source::Standard => context.output.bytes(&secret)?,
            Source::File(path) => write_new(path, &secret)?,
        }
        if context.output.is_json() {
            return context.output.facts(&facts.with("file", self.out.to_string()));
        }
        if !context.output.is_quiet() {
            anstream::eprintln!("{}", facts.to_table());
        }
        Ok(())
    }
}

/// A public key in every form.
fn public_facts(public: &PublicForms) -> Facts {
    Facts::new()
        .with("thumbprint", public.thumbprint.clone())
        .with("ssh", public.ssh.clone())
        .with("jwk", public.jwk.clone())
        .with("spki", STANDARD.encode(&public.spki))
        .with("raw_hex", public.raw.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// A form of a secret key that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SecretFormName {
    /// PEM block labelled `PRIVATE KEY`
    Pkcs8Pem,
    /// base64 of the DER, as `auth.json` holds it
    Pkcs8Base64,
    /// 48 bytes of DER
    Pkcs8Der,
}

impl From<SecretFormName> for SecretForm {
    fn from(name: SecretFormName) -> Self {
        match name {
            SecretFormName::Pkcs8Pem => Self::Pkcs8Pem,
            SecretFormName::Pkcs8Base64 => Self::Pkcs8Base64,
            SecretFormName::Pkcs8Der => Self::Pkcs8Der,
        }
    }
}

/// A form of a private key that is read. It is never guessed (K2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrivateFormName {
    /// PEM block labelled `PRIVATE KEY`
    Pkcs8Pem,
    /// base64 of the DER, as `auth.json` holds it
    Pkcs8Base64,
    /// PKCS#8 DER
    Pkcs8Der,
    /// The 32 raw bytes of the seed
    Seed,
    /// JSON Web Key with `d` and `x`
    Jwk,
}

impl PrivateFormName {
    /// Reads a key.
    pub fn import(self, session: &mut Session, source: &Source, output: &Output) -> Result<KeyHandle, Failure> {
        let data = source.read_secret("a private key", output)?;
        let form = match self {
            Self::Pkcs8Pem => PrivateForm::Pkcs8Pem,
            Self::Pkcs8Base64 => PrivateForm::Pkcs8Base64,
            Self::Pkcs8Der => PrivateForm::Pkcs8Der,
            Self::Seed => PrivateForm::Seed,
            Self::Jwk => PrivateForm::Jwk,
        };
        Ok(session.import_key(form, &data)?)
    }
}
