//! What becomes of a request: all that can go wrong with it, by what it asks for.

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Asks {
    /// `GetItem`.
    Get,
    /// `Query`.
    Query,
    /// `PutItem`.
    Put,
    /// `UpdateItem`.
    Update,
    /// `TransactWriteItems`.
    Transact,
    /// The gateway shall open a payment.
    Ready,
    /// The gateway shall collect it.
    Approve,
    /// The gateway shall show it.
    LookUp,
    /// The gateway shall give some of it back.
    Cancel,
    /// The gateway shall give a token, by which it knows who asks.
    Token,
    /// A service shall take a notice.
    Tell,
    /// Time shall pass; nobody is asked.
    Sleep,
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    /// It arrives, and so does the answer.
    Delivered,
    /// It arrives, and the answer is lost.
    AnswerLost,
    /// It never arrives, and the one who asked knows that.
    NotSent,
    /// It never arrives, and the one who asked does not know that.
    Lost,
    /// The one who asked gives up waiting, and only then it arrives.
    Late,
    /// The other side is too busy to do anything.
    Throttled,
    /// The other side collides with somebody else, and does nothing.
    Conflict,
    /// The other side fails before it has done anything.
    Failed,
    /// The other side does it, and then fails.
    DoneAndFailed,
    /// The gateway says no, and does nothing.
    Refused,
    /// The gateway says that it knows no such payment.
    NotFound,
    /// The gateway's bank does not know, and it was not done.
    BankUnknown,
    /// The gateway's bank does not know, and it was done.
    DoneAndBankUnknown,
    /// The gateway says that the same request is under way, and does nothing.
    InProgress,
    /// Who asked dies before it arrives, and it never does.
    CrashBefore,
    /// Who asked dies while it is on its way.
    CrashDuring,
    /// It arrives, and who asked dies before they hear of it.
    CrashAfter,
}

/// All that can go wrong with a read: what it changes late, it changes nowhere.
const OF_READS: [Fate; 8] = [
    Fate::AnswerLost,
    Fate::NotSent,
    Fate::Lost,
    Fate::Throttled,
    Fate::Failed,
    Fate::CrashBefore,
    Fate::CrashDuring,
    Fate::CrashAfter,
];

/// All that can go wrong with a write.
const OF_WRITES: [Fate; 11] = [
    Fate::AnswerLost,
    Fate::NotSent,
    Fate::Lost,
    Fate::Late,
    Fate::Throttled,
    Fate::Conflict,
    Fate::Failed,
    Fate::DoneAndFailed,
    Fate::CrashBefore,
    Fate::CrashDuring,
    Fate::CrashAfter,
];

/// All that can go wrong when the gateway shall do something.
const OF_GATEWAY: [Fate; 14] = [
    Fate::AnswerLost,
    Fate::NotSent,
    Fate::Lost,
    Fate::Late,
    Fate::Throttled,
    Fate::Failed,
    Fate::DoneAndFailed,
    Fate::Refused,
    Fate::BankUnknown,
    Fate::DoneAndBankUnknown,
    Fate::InProgress,
    Fate::CrashBefore,
    Fate::CrashDuring,
    Fate::CrashAfter,
];

/// All that can go wrong when the gateway shall only look.
const OF_LOOK_UPS: [Fate; 8] = [
    Fate::AnswerLost,
    Fate::NotSent,
    Fate::Lost,
    Fate::Throttled,
    Fate::Failed,
    Fate::NotFound,
    Fate::CrashBefore,
    Fate::CrashAfter,
];

/// All that can go wrong when a token is asked for: nothing depends on it.
const OF_TOKENS: [Fate; 6] =
    [Fate::AnswerLost, Fate::NotSent, Fate::Lost, Fate::Throttled, Fate::Failed, Fate::CrashBefore];

/// All that can go wrong when a service is told.
const OF_NOTICES: [Fate; 9] = [
    Fate::AnswerLost,
    Fate::NotSent,
    Fate::Lost,
    Fate::Late,
    Fate::Failed,
    Fate::DoneAndFailed,
    Fate::CrashBefore,
    Fate::CrashDuring,
    Fate::CrashAfter,
];

impl Fate {
    /// Every fate.
    pub const ALL: [Fate; 17] = [
        Fate::Delivered,
        Fate::AnswerLost,
        Fate::NotSent,
        Fate::Lost,
        Fate::Late,
        Fate::Throttled,
        Fate::Conflict,
        Fate::Failed,
        Fate::DoneAndFailed,
        Fate::Refused,
        Fate::NotFound,
        Fate::BankUnknown,
        Fate::DoneAndBankUnknown,
        Fate::InProgress,
        Fate::CrashBefore,
        Fate::CrashDuring,
        Fate::CrashAfter,
    ];

    /// The three ways of dying beside a request.
    pub const CRASHES: [Fate; 3] = [Fate::CrashBefore, Fate::CrashDuring, Fate::CrashAfter];

    /// Whether the other side does what it was asked for, sooner or later.
    pub(crate) fn arrives(self) -> bool {
        match self {
            Fate::Delivered
            | Fate::AnswerLost
            | Fate::Late
            | Fate::DoneAndFailed
            | Fate::DoneAndBankUnknown
            | Fate::CrashDuring
            | Fate::CrashAfter => true,
            Fate::NotSent
            | Fate::Lost
            | Fate::Throttled
            | Fate::Conflict
            | Fate::Failed
            | Fate::Refused
            | Fate::NotFound
            | Fate::BankUnknown
            | Fate::InProgress
            | Fate::CrashBefore => false,
        }
    }
}

impl Asks {
    /// All that the cafe asks for.
    pub const OF_THE_CAFE: [Asks; 10] = [
        Asks::Get,
        Asks::Query,
        Asks::Put,
        Asks::Update,
        Asks::Transact,
        Asks::Ready,
        Asks::Approve,
        Asks::LookUp,
        Asks::Cancel,
        Asks::Sleep,
    ];

    /// All that the payments service asks for.
    pub const OF_THE_SERVICE: [Asks; 10] = [
        Asks::Get,
        Asks::Query,
        Asks::Update,
        Asks::Transact,
        Asks::Approve,
        Asks::LookUp,
        Asks::Cancel,
        Asks::Token,
        Asks::Tell,
        Asks::Sleep,
    ];

    /// What can go wrong with it. Each must have, in a run that is long enough.
    #[must_use]
    pub fn faults(self) -> &'static [Fate] {
        match self {
            Asks::Get | Asks::Query => &OF_READS,
            Asks::Put | Asks::Update | Asks::Transact => &OF_WRITES,
            Asks::Ready | Asks::Approve | Asks::Cancel => &OF_GATEWAY,
            Asks::LookUp => &OF_LOOK_UPS,
            Asks::Token => &OF_TOKENS,
            Asks::Tell => &OF_NOTICES,
            Asks::Sleep => &[],
        }
    }

    /// Whether it is for the gateway.
    #[must_use]
    pub fn is_for_gateway(self) -> bool {
        matches!(self, Asks::Ready | Asks::Approve | Asks::LookUp | Asks::Cancel | Asks::Token)
    }
}
