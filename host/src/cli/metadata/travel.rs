//! Which requests travel which way (1D).

use crate::metadata::{Implementation, Kind, Transport};

/// The kind of a request of which only the transport is known.
pub fn usual_kind(transport: Transport) -> Option<Kind> {
    match transport {
        Transport::WebsocketPreconnect | Transport::MemoriesSummarize | Transport::Mcp => None,
        Transport::LocalCompaction | Transport::LegacyCompact | Transport::CompactV2 => Some(Kind::Compaction),
        Transport::MemoryStageOne => Some(Kind::Memory),
        Transport::Responses | Transport::WebsocketHandshake | Transport::WebsocketMessage => Some(Kind::Turn),
    }
}

/// Whether a body goes along, and with it the member `prompt_cache_key`.
pub fn has_cache_key(transport: Transport) -> bool {
    use Transport::{Mcp, MemoriesSummarize, WebsocketHandshake, WebsocketPreconnect};
    !matches!(transport, WebsocketPreconnect | WebsocketHandshake | MemoriesSummarize | Mcp)
}

/// Why no client sends such a request, if none does.
pub fn oddity(kind: Option<Kind>, transport: Transport, implementation: Option<&str>) -> Option<String> {
    let way = transport.as_str();
    let usual = usual_kind(transport);
    let is_usual = match transport {
        Transport::Responses => matches!(kind, Some(Kind::Turn | Kind::Compaction | Kind::Memory | Kind::DetachedMemory)),
        Transport::WebsocketHandshake | Transport::WebsocketMessage => kind.is_some(),
        Transport::MemoryStageOne => matches!(kind, Some(Kind::Memory | Kind::DetachedMemory)),
        _ => kind == usual,
    };
    if !is_usual {
        let told = kind.map_or("without a kind".into(), |kind| format!("of kind {}", kind.as_str()));
        let wanted = usual.map_or("none".into(), |kind| kind.as_str().to_owned());
        return Some(format!("no client sends a request {told} by {way}; the usual kind is {wanted} (1D)"));
    }
    let wanted = match transport {
        Transport::LocalCompaction => Implementation::Local,
        Transport::LegacyCompact => Implementation::Legacy,
        Transport::CompactV2 => Implementation::V2,
        _ => return None,
    };
    let differs = implementation.is_some_and(|found| found != wanted.as_str());
    differs.then(|| format!("the implementation of a compaction by {way} is {} (1D)", wanted.as_str()))
}
