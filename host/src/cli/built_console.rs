//! Where the console is.

use super::failure::Failure;
use crate::authority::Console;
use std::path::Path;

/// The console in this folder, or in the checkout that this program was built in.
pub fn built_console(folder: Option<&Path>) -> Result<Console, Failure> {
    const BUILD: &str = "in the folder js of a checkout run: npm ci && npm run build && npm run console";
    let beside = || std::env::current_exe().ok().and_then(|program| Console::beside(&program));
    let Some(folder) = folder.map(Path::to_owned).or_else(beside) else {
        return Err(Failure::config(
            "the console is not built, or not beside this program",
            format!("{BUILD}; or name its folder: --console DIR"),
        ));
    };
    Console::read(&folder).map_err(|error| Failure::from(error).next(BUILD))
}
