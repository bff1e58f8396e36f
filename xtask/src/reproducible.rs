//! Checks that the component's bytes depend on its source only.

use crate::component;
use crate::workspace::{Step, Workspace};
use agent_identity_builder::Profile;
use std::path::{Path, PathBuf};

/// A second copy of the source, in a folder with another name of another length. Removed when dropped.
pub struct SecondCopy {
    folder: PathBuf,
}

impl SecondCopy {
    /// Copies every file that git tracks or would add.
    pub fn create(workspace: &Workspace) -> Result<Self, String> {
        let name = format!("a-second-copy-of-the-source-with-a-longer-path-{}", std::process::id());
        let copy = Self { folder: std::env::temp_dir().join(name) };
        // Not `create_dir_all`: a folder that is already there is not ours.
        std::fs::create_dir(&copy.folder).map_err(|error| format!("{} cannot be created: {error}", copy.folder.display()))?;
        let list = Step::new(&workspace.root, "git", ["ls-files", "-z", "-co", "--exclude-standard"]).read()?;
        for file in list.split('\0').filter(|file| !file.is_empty()) {
            let from = workspace.root.join(file);
            // A file may be deleted in the working copy and not yet in the index.
            if from.is_file() {
                copy_file(&from, &copy.source().join(file))?;
            }
        }
        Ok(copy)
    }

    /// Builds the component from the copy, and compares it with the one in `target/component/`.
    pub fn check(&self, workspace: &Workspace, profile: Profile) -> Result<(), String> {
        let path = component::path(workspace, profile);
        let first = std::fs::read(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        // Beside the copy and not in it: a target directory need not be inside the workspace.
        let second = component::build(&self.source(), &self.folder.join("built"), profile)?;
        match first_difference(&first, &second) {
            None => Ok(()),
            Some(position) => Err(self.difference(workspace, profile, &second, position)),
        }
    }

    fn source(&self) -> PathBuf {
        self.folder.join("source")
    }

    /// Keeps the second component, so that the two can be compared.
    fn difference(&self, workspace: &Workspace, profile: Profile, second: &[u8], position: usize) -> String {
        let path = component::path(workspace, profile);
        let kept = path.with_extension("second.wasm");
        let kept_at = match std::fs::write(&kept, second) {
            Ok(()) => kept.display().to_string(),
            Err(error) => format!("(not kept: {error})"),
        };
        format!(
            "two builds of the same source differ from byte {position} on:\n  {}\n  {kept_at}\n\
             Look for a path of this machine in one of them: strings <file> | grep /",
            path.display()
        )
    }
}

impl Drop for SecondCopy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn copy_file(from: &Path, to: &Path) -> Result<(), String> {
    let folder = to.parent().ok_or("a file without a folder")?;
    let copied = std::fs::create_dir_all(folder).and_then(|()| std::fs::copy(from, to));
    copied.map(|_| ()).map_err(|error| format!("{} cannot be copied to {}: {error}", from.display(), to.display()))
}

fn first_difference(first: &[u8], second: &[u8]) -> Option<usize> {
    if first == second {
        return None;
    }
    let common = first.iter().zip(second).take_while(|(a, b)| a == b).count();
    Some(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_found_in_bytes_and_in_length() {
        assert_eq!(first_difference(b"same", b"same"), None);
        assert_eq!(first_difference(b"abcd", b"abXd"), Some(2));
        assert_eq!(first_difference(b"abcd", b"ab"), Some(2));
    }
}
