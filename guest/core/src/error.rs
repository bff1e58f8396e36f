//! The one error type and the one list of stable codes (`spec/identity.md` §12, `spec/metadata.md`).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::ops::Deref;

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// A failure a host can act on: a stable code, what happened, and what to do about it.
///
/// One pointer wide, so that results stay cheap to hand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Detail>);

/// What an [`Error`] holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detail {
    /// Stable, kebab-case when written.
    pub code: Code,
    /// One sentence about this occurrence. Never holds a secret (K14).
    pub message: Cow<'static, str>,
    /// HTTP status, when an answer caused the error.
    pub status: Option<u16>,
    /// Attempts made before giving up.
    pub attempts: Option<u32>,
    /// Seconds the server asked to wait.
    pub retry_after_s: Option<u64>,
    /// The code or short word naming what is underneath.
    pub cause: Option<&'static str>,
    /// Whether a bootstrap cooldown answered instead of the network (L10).
    pub from_cooldown: bool,
}

impl Error {
    /// An error with `code` and a message for this occurrence.
    #[cold]
    #[inline(never)]
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Detail {
            code,
            message: message.into(),
            status: None,
            attempts: None,
            retry_after_s: None,
            cause: None,
            from_cooldown: false,
        }))
    }

    /// Records the HTTP status that caused the error.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Records how many attempts were made.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = Some(attempts);
        self
    }

    /// Records how long the server asked to wait.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: Option<u64>) -> Self {
        self.0.retry_after_s = seconds;
        self
    }

    /// Records what is underneath.
    #[must_use]
    pub fn with_cause(mut self, cause: &'static str) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// The same failure, answered by a cooldown without any attempt (L10).
    #[must_use]
    pub fn from_cooldown(mut self, seconds_left: u64) -> Self {
        self.0.from_cooldown = true;
        self.0.attempts = Some(0);
        self.0.retry_after_s = Some(seconds_left);
        self
    }

    /// What the caller should do: the advice of the code.
    pub fn advice(&self) -> Advice {
        self.code.advice()
    }

    /// Takes the parts out.
    pub fn into_detail(self) -> Detail {
        *self.0
    }
}

impl Deref for Error {
    type Target = Detail;

    fn deref(&self) -> &Detail {
        &self.0
    }
}

impl From<Code> for Error {
    /// An error whose message is the meaning of its code.
    #[cold]
    #[inline(never)]
    fn from(code: Code) -> Self {
        Self::new(code, code.meaning())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl core::error::Error for Error {}

/// What to do after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// The same call fails again.
    Never,
    /// Get a new task, then repeat.
    AfterRegister,
    /// Wait, then repeat unchanged.
    BackOff,
    /// Correct the clock, then repeat.
    FixClock,
    /// Correct configuration or input, then repeat.
    FixConfig,
}

impl Advice {
    /// The kebab-case spelling used on every surface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AfterRegister => "after-register",
            Self::BackOff => "back-off",
            Self::FixClock => "fix-clock",
            Self::FixConfig => "fix-config",
        }
    }
}

/// Declares [`Code`] from one table: variant, spelling, advice, meaning.
macro_rules! codes {
    ($($variant:ident = $text:literal, $advice:ident, $meaning:literal;)*) => {
        /// A stable error code. None is ever renamed or reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the specification.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The kebab-case spelling, the same on every surface.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What the caller should do.
            pub fn advice(self) -> Advice {
                match self { $(Self::$variant => Advice::$advice,)* }
            }

            /// What the code means, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    KeyNotBase64 = "key-not-base64", FixConfig, "Key text is not base64";
    KeyNotPkcs8 = "key-not-pkcs8", FixConfig, "DER is not one of the PKCS#8 shapes of K4–K5";
    KeyMalformed = "key-malformed", FixConfig, "PEM, JWK or seed has the wrong shape or size";
    KeyWrongAlgorithm = "key-wrong-algorithm", FixConfig, "Key is not Ed25519";
    KeyPairMismatch = "key-pair-mismatch", FixConfig, "Attached public key does not belong to the seed";
    KeyFormUnsupported = "key-form-unsupported", FixConfig, "Encrypted, OpenSSH or other private key container";
    KeyPublicInvalid = "key-public-invalid", FixConfig, "Public key not canonical, not a point, or of small order";
    RandomFailed = "random-failed", BackOff, "Random source failed or returned zeros";
    RuntimeIdInvalid = "runtime-id-invalid", FixConfig, "Breaks I1";
    TaskIdInvalid = "task-id-invalid", AfterRegister, "Breaks I2";
    TimestampInvalid = "timestamp-invalid", FixClock, "Breaks I3 on reading";
    ClockOutOfRange = "clock-out-of-range", FixClock, "Wall clock outside 1970..=9999";
    SkewOutOfRange = "skew-out-of-range", FixClock, "Measured skew above 24 h";
    RefKindUnknown = "ref-kind-unknown", Never, "Not one of the five kinds";
    RefMissing = "ref-missing", Never, "Kind needs a value";
    RefEmpty = "ref-empty", Never, "Nothing left after trimming";
    RefTooLong = "ref-too-long", Never, "X1, X8 or X15 limit";
    RefControl = "ref-control", Never, "Control character or line separator";
    RefBidi = "ref-bidi", Never, "Bidirectional control";
    RefInvisible = "ref-invisible", Never, "Zero-width or invisible code point";
    RefUnassigned = "ref-unassigned", Never, "Unassigned code point or noncharacter";
    RefUuidInvalid = "ref-uuid-invalid", Never, "Not a UUID in an accepted form";
    RefUuidReserved = "ref-uuid-reserved", Never, "Nil or max UUID";
    RefUrlInvalid = "ref-url-invalid", Never, "URL does not parse";
    RefUrlScheme = "ref-url-scheme", Never, "Scheme is not http or https";
    RefUrlUserinfo = "ref-url-userinfo", Never, "User name or password in URL";
    RefUrlPercent = "ref-url-percent", Never, "% without two hex digits";
    NetworkTimeout = "network-timeout", BackOff, "No complete answer in time";
    NetworkConnect = "network-connect", BackOff, "Connection not made";
    NetworkFailed = "network-failed", BackOff, "Sending or receiving broke off";
    ServerUnavailable = "server-unavailable", BackOff, "408, 429 or 5xx answer";
    RedirectRefused = "redirect-refused", FixConfig, "3xx answer";
    ResponseTooLarge = "response-too-large", Never, "Success body above 1 MiB";
    AgentRegisterRejected = "agent-register-rejected", Never, "Non-retryable status on agent registration";
    AgentResponseUndecodable = "agent-response-undecodable", Never, "Agent registration answer not usable";
    TaskRegisterRejected = "task-register-rejected", Never, "Non-retryable status on task registration";
    TaskRegisterUnavailable = "task-register-unavailable", BackOff, "Task attempts used up outside the managed bootstrap";
    TaskResponseUndecodable = "task-response-undecodable", Never, "Task answer is not a usable JSON object";
    TaskIdMissing = "task-id-missing", Never, "None of the four spellings present";
    SealedNotBase64 = "sealed-not-base64", Never, "Encrypted task id is not base64";
    SealedOpenFailed = "sealed-open-failed", Never, "Sealed box cannot be opened with this key";
    SealedNotUtf8 = "sealed-not-utf8", Never, "Opened task id is not UTF-8";
    BootstrapUnavailable = "bootstrap-unavailable", BackOff, "Managed bootstrap attempts used up, or cooldown";
    RunTaskMissing = "run-task-missing", AfterRegister, "Identity present, run task not, registering impossible here";
    TaskBindingMismatch = "task-binding-mismatch", AfterRegister, "Cached task belongs to another binding; dropped";
    AuthMaterialMissing = "auth-material-missing", FixConfig, "AgentIdentity mode without usable material";
    ChatgptAuthUnavailable = "chatgpt-auth-unavailable", FixConfig, "Login lacks a part of the binding";
    WorkspaceNotAllowed = "workspace-not-allowed", FixConfig, "Account is not an allowed workspace";
    BearerUnavailable = "bearer-unavailable", Never, "This auth has no bearer token";
    BaseUrlUnsupported = "base-url-unsupported", FixConfig, "Base URL outside section 8.5 or C7";
    ConfigInvalid = "config-invalid", FixConfig, "Option unknown or out of range";
    JwtMalformed = "jwt-malformed", FixConfig, "Not three parts, base64url or JSON";
    JwtClaimsInvalid = "jwt-claims-invalid", FixConfig, "Claim missing, mistyped, or wrong iss/aud";
    JwtHeaderInvalid = "jwt-header-invalid", FixConfig, "Alg not RS256 or kid missing";
    JwtKidUnknown = "jwt-kid-unknown", FixConfig, "Kid not in the key set";
    JwtKeyUnusable = "jwt-key-unusable", FixConfig, "Matching key is not a usable RSA key";
    JwtSignatureInvalid = "jwt-signature-invalid", FixConfig, "Signature does not verify";
    JwtExpired = "jwt-expired", FixConfig, "Exp passed by more than 60 s";
    JwksUnavailable = "jwks-unavailable", BackOff, "Key set not fetched or bad status";
    JwksUndecodable = "jwks-undecodable", Never, "Key set is not the expected JSON";
    RecordInvalid = "record-invalid", FixConfig, "Stored record misses or mistypes a member";
    StoreReadFailed = "store-read-failed", FixConfig, "Storage unreadable";
    StoreWriteFailed = "store-write-failed", BackOff, "Storage not written; nothing changed";
    ProviderKeyMissing = "provider-key-missing", FixConfig, "Provider's environment key missing or blank";
    ProviderUnsupported = "provider-unsupported", FixConfig, "Login kind cannot serve this provider";
    RejectedClock = "rejected-clock", FixClock, "Server refused for time";
    RejectedTask = "rejected-task", AfterRegister, "Server refused the task";
    RejectedKey = "rejected-key", FixConfig, "Server refused key, agent or account";
    RejectedUnknown = "rejected-unknown", Never, "401/403 without a known reason";
    Cancelled = "cancelled", BackOff, "Caller or host stopped the operation";
    Internal = "internal", Never, "Broken invariant; report it";
    AssertionMissing = "assertion-missing", Never, "Verdict V1";
    AssertionTooLong = "assertion-too-long", Never, "Verdict V2";
    AssertionMalformed = "assertion-malformed", Never, "Verdict V3";
    AgentUnknown = "agent-unknown", FixConfig, "Verdict V5";
    AgentRevoked = "agent-revoked", FixConfig, "Verdict V5";
    SignatureInvalid = "signature-invalid", FixConfig, "Verdict V6";
    AccountMismatch = "account-mismatch", FixConfig, "Verdict V7";
    AssertionExpired = "assertion-expired", FixClock, "Verdict V8";
    AssertionNotYetValid = "assertion-not-yet-valid", FixClock, "Verdict V9";
    TaskUnknown = "task-unknown", AfterRegister, "Verdict V10";
    TaskEnded = "task-ended", AfterRegister, "Verdict V10";
    AssertionReplayed = "assertion-replayed", BackOff, "Verdict V11: cap reached, next second is free";
    ReplayStoreUnavailable = "replay-store-unavailable", BackOff, "Verdict V11: store full, or lost and not yet safe";
    InvalidThreadId = "invalid-thread-id", Never, "Thread id is not a UUID, or the nil one; pass another or none";
    InvalidTurnId = "invalid-turn-id", Never, "Turn id is not a UUID, or the nil one; pass another or none";
    DuplicateThreadId = "duplicate-thread-id", Never, "A thread with this id is running or stored; pass another or none";
    DuplicateTurnId = "duplicate-turn-id", Never, "The thread has a turn with this id; pass another or none";
    TurnHistoryUnreadable = "turn-history-unreadable", FixConfig, "Stored history unreadable, so the turn id may be used already; repair it or pass none";
    ThreadIdWithResume = "thread-id-with-resume", Never, "A resumed thread keeps its id; pass none";
    ThreadPathConflict = "thread-path-conflict", Never, "The thread is running from another history; resume it without a path";
    InvalidOriginator = "invalid-originator", FixConfig, "Originator not a legal header value: printable ASCII without a space at either end";
    OriginatorAlreadySet = "originator-already-set", Never, "The originator of a process is set once, at its start";
    InstallationIdIo = "installation-id-io", FixConfig, "Installation id not read or not written";
    InvalidRemoteUrl = "invalid-remote-url", FixConfig, "Remote URL empty or ambiguous, so not sent; write it without user and password";
    RegistrationMalformed = "registration-malformed", Never, "A received registration has the wrong path or body (ours)";
    OutcomeMismatch = "outcome-mismatch", Never, "The outcome handed to an operation does not answer its pending effect; the operation still waits (ours)";
    OperationFinished = "operation-finished", Never, "The operation has already ended and cannot be resumed (ours)";
    InvalidSnapshot = "invalid-snapshot", Never, "Snapshot lacks an id or the compaction object that this kind of request needs, or one of them has the wrong form";
    ExtrasTooMany = "extras-too-many", FixConfig, "More than 16 extras are configured";
    ExtrasBadKey = "extras-bad-key", FixConfig, "Key of a configured extra is not a letter and up to 63 letters, digits, _ . or -";
    ExtrasReservedKey = "extras-reserved-key", FixConfig, "Key of a configured extra is a name of the metadata itself";
    ExtrasValueTooLong = "extras-value-too-long", FixConfig, "Value of a configured extra is longer than 128 bytes";
    ItemsInvalid = "items-invalid", Never, "Items or history records are not an array of JSON objects with each known member once (ours)";
}

impl Code {
    /// Whether a server that speaks JSON-RPC answers it as an invalid request, -32600: what callers do wrong with ids
    /// (`spec/metadata.md` 4-9).
    pub fn is_invalid_request(self) -> bool {
        matches!(
            self,
            Self::InvalidThreadId
                | Self::InvalidTurnId
                | Self::DuplicateThreadId
                | Self::DuplicateTurnId
                | Self::TurnHistoryUnreadable
                | Self::ThreadIdWithResume
                | Self::ThreadPathConflict
        )
    }

    /// The code spelt `text`, if there is one.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

/// Body text of a refused call as it may appear in a message: N6 of the specification.
///
/// Invalid UTF-8 becomes U+FFFD, control characters become spaces, and more than 512 characters are cut to 512 plus `...`.
pub fn excerpt(body: &[u8]) -> String {
    const LIMIT: usize = 512;
    let text = String::from_utf8_lossy(body);
    let mut characters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut cut: String = characters.by_ref().take(LIMIT).collect();
    if characters.next().is_some() {
        cut.push_str("...");
    }
    cut
}
