//! Settings of response items (§5).

/// What is assigned to items and what is sent of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemRules {
    /// Feature `item_ids`: missing ids are assigned and sent (5-4, 5-6).
    pub item_ids: bool,
    /// In which form item metadata is sent (5-11).
    pub form: ItemMetadataForm,
    /// Whether the feature of content item kinds is on (5-9).
    pub content_item_kinds: bool,
}

/// In which form item metadata is sent (5-11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ItemMetadataForm {
    /// As `internal_chat_message_metadata_passthrough`.
    #[default]
    Passthrough,
    /// As `metadata` with the turn id, for older services.
    Metadata,
    /// Not at all.
    Off,
}

impl ItemMetadataForm {
    /// The spelling of the setting.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passthrough => "passthrough",
            Self::Metadata => "metadata",
            Self::Off => "off",
        }
    }
}
