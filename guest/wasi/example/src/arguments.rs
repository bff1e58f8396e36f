//! The command line. The access token is not on it: other processes can read it there.

use crate::bindings::wasi::cli::environment;

const USAGE: &str = "usage: COMMAND AUTHAPI_BASE ACCOUNT USER URL [BODY], with the access token on standard input";

/// What the command is told.
pub(crate) struct Arguments {
    /// Base of the registration endpoints.
    pub(crate) authapi_base: String,
    /// Account the agent acts for.
    pub(crate) account: String,
    /// User the agent acts for.
    pub(crate) user: String,
    /// Where the signed request goes.
    pub(crate) url: String,
    /// Its body, JSON.
    pub(crate) body: String,
}

impl Arguments {
    /// Reads them; what is wrong is answered with how it is done.
    pub(crate) fn read() -> Result<Self, String> {
        let mut given = environment::get_arguments().into_iter().skip(1);
        let mut next = || given.next().ok_or_else(|| USAGE.to_owned());
        let (authapi_base, account, user, url) = (next()?, next()?, next()?, next()?);
        let body = given.next().unwrap_or_else(|| "{}".into());
        if given.next().is_some() { Err(USAGE.into()) } else { Ok(Self { authapi_base, account, user, url, body }) }
    }
}
