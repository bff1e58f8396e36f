//! What a sandbox lets the agent do (`spec/metadata.md` 8-4). The kind of sandbox, beside it, is an open tag of the host.

/// Value of the member `sandbox_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SandboxMode {
    /// No sandbox at all.
    DangerFullAccess,
    /// Whoever embeds the agent provides one.
    ExternalSandbox,
    /// Files can be read.
    ReadOnly,
    /// Files of the workspace can be written.
    WorkspaceWrite,
}

impl SandboxMode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::DangerFullAccess, Self::ExternalSandbox, Self::ReadOnly, Self::WorkspaceWrite];

    /// The mode as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DangerFullAccess => "danger-full-access",
            Self::ExternalSandbox => "external-sandbox",
            Self::ReadOnly => "read-only",
            Self::WorkspaceWrite => "workspace-write",
        }
    }

    /// The mode called `text`, if there is one.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r8_4_the_four_modes_read_back_and_nothing_else_does() {
        assert_eq!(SandboxMode::ALL.map(SandboxMode::as_str), ["danger-full-access", "external-sandbox", "read-only", "workspace-write"]);
        assert!(SandboxMode::ALL.into_iter().all(|mode| SandboxMode::from_text(mode.as_str()) == Some(mode)));
        assert_eq!(SandboxMode::from_text("Read-Only"), None);
    }
}
