//! Delegates cancelled at random moments, with pipes of one to three entries: they must end, and lose or reorder nothing they
//! delivered.

use super::stage::{Answer, Asked, Question, Stage, TestDelegate, TestOperation, command, content, subject};
use crate::delegate::*;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, yield_now};

#[tokio::test(start_paused = true)]
async fn r14_1_a_full_pipe_that_is_cancelled_never_hangs() {
    for seed in 0..5000 {
        run(seed, false).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r14_1_a_full_pipe_that_is_cancelled_never_hangs_on_several_threads() {
    for seed in 0..500 {
        run(seed, true).await;
    }
}

/// One delegate from start to end. An obedient session ends when it is told to, so that nothing waits for 500 ms.
async fn run(seed: u64, obedient: bool) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut stage = Stage::with_capacity(1 + dice.roll(3));
    stage.options.signing = DelegateSigning::Ask;
    let one_shot = dice.roll(4) == 0;
    let (mut delegate, session) = if one_shot { stage.one_shot(UserInput::text("go")).await } else { stage.start().await };
    let request = subject(&session);
    let SessionPipes { events, operations, signing, .. } = session.pipes;
    let said = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::new(Mutex::new(Vec::new()));
    let watched = events.clone();
    let mut tasks = vec![
        tokio::spawn(speak(dice.other(), events.clone(), said.clone())),
        tokio::spawn(listen(dice.other(), obedient, events, operations, told.clone())),
        tokio::spawn(steer(dice.other(), delegate.operations())),
    ];
    tasks.extend((0..dice.roll(3)).map(|_| ask(signing.clone(), request.clone())));
    tokio::spawn(answer(dice.other(), std::mem::replace(&mut stage.questions, mpsc::unbounded_channel().1)));

    let mut read = Vec::new();
    for _ in 0..dice.roll(60) {
        let reads = dice.roll(3) > 0;
        tokio::select! {
            biased;
            Some(event) = delegate.next_event(), if reads => read.push(content(&event)),
            () = yield_now() => (),
        }
    }
    match dice.roll(3) {
        0 => stage.cancel.cancel(),
        1 => delegate.cancel(),
        _ => {
            drop(delegate);
            within_the_limit(seed, watched.closed()).await;
            return finish(seed, tasks, &said, &read, &told).await;
        }
    }
    within_the_limit(seed, delegate.ended()).await;
    read.extend(rest(&mut delegate).await);
    finish(seed, tasks, &said, &read, &told).await;
}

async fn finish(seed: u64, tasks: Vec<JoinHandle<()>>, said: &Mutex<Vec<u32>>, read: &[u32], told: &Mutex<Vec<TestOperation>>) {
    for task in tasks {
        within_the_limit(seed, task).await.unwrap();
    }
    let said = crate::driver::lock(said);
    assert!(said.starts_with(read), "seed {seed}: {read:?} of {said:?}");
    // Interrupt, shutdown and then at most late replies: never an operation of the caller's.
    let told = crate::driver::lock(told);
    let after = told.iter().skip_while(|operation| **operation != Operation::Shutdown);
    assert!(!after.clone().any(|operation| matches!(operation, Operation::Other(_))), "seed {seed}: {told:?}");
}

async fn rest(delegate: &mut TestDelegate) -> Vec<u32> {
    let mut rest = Vec::new();
    while let Some(event) = delegate.next_event().await {
        rest.push(content(&event));
    }
    rest
}

/// 500 ms and what timers are rounded by; time is paused, or the session obeys.
async fn within_the_limit<T>(seed: u64, work: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| panic!("seed {seed} hangs"))
}

/// Says all sorts of things until nobody listens or it has said enough.
async fn speak(mut dice: Dice, events: mpsc::Sender<Event<u32>>, said: Arc<Mutex<Vec<u32>>>) {
    for number in 0..u32::try_from(dice.roll(80)).unwrap() {
        let call_id = number.to_string();
        let kind = match dice.roll(12) {
            0 => EventKind::CommandApproval(command(&call_id)),
            1 => EventKind::PatchApproval(PatchApproval { call_id, ..PatchApproval::default() }),
            2 => EventKind::Permissions(PermissionsRequest { call_id, ..PermissionsRequest::default() }),
            3 => EventKind::UserInput(UserInputRequest { call_id, questions: Vec::new() }),
            4 => EventKind::TokenCount,
            5 => EventKind::McpCallBegin { call: McpCall { call_id, ..McpCall::default() }, content: number },
            6 => EventKind::McpCallEnd { call_id, content: number },
            7 => EventKind::TurnCompleted(number),
            _ => EventKind::Other(number),
        };
        let event = Event::new("turn", kind);
        let forwarded = matches!(
            event.kind,
            EventKind::McpCallBegin { .. } | EventKind::McpCallEnd { .. } | EventKind::TurnCompleted(_) | EventKind::Other(_)
        );
        let Ok(room) = events.reserve().await else { return };
        if forwarded {
            crate::driver::lock(&said).push(number);
        }
        room.send(event);
    }
}

/// Hears what the session is told: all of it, nothing of it, or slowly; ends when it is told to, or does not.
async fn listen(
    mut dice: Dice,
    obedient: bool,
    events: mpsc::Sender<Event<u32>>,
    mut operations: mpsc::Receiver<Submission<&'static str>>,
    told: Arc<Mutex<Vec<TestOperation>>>,
) {
    let (deaf, stubborn) = (!obedient && dice.roll(3) == 0, !obedient && dice.roll(2) == 0);
    if deaf {
        return events.closed().await;
    }
    while let Some(submission) = operations.recv().await {
        let ends = submission.operation == Operation::Shutdown;
        crate::driver::lock(&told).push(submission.operation);
        if ends && !stubborn {
            // The end of the turn; nobody may be listening any more.
            let _ = events.send(Event::new("turn", EventKind::TurnAborted(u32::MAX))).await;
            return;
        }
        for _ in 0..dice.roll(3) {
            yield_now().await;
        }
    }
}

async fn steer(mut dice: Dice, operations: Operations<&'static str>) {
    for _ in 0..dice.roll(40) {
        if operations.submit("steer", Operation::Other("steer")).await.is_err() {
            return;
        }
    }
}

fn ask(gate: SigningGate, subject: SigningSubject) -> JoinHandle<()> {
    tokio::spawn(async move {
        for _ in 0..3 {
            // Admitted or not: it must come to an end.
            let _ = gate.admit(&SigningRequest::new(subject.clone())).await;
        }
    })
}

/// Answers, leaves unanswered, or lets wait until the end.
async fn answer(mut dice: Dice, mut questions: mpsc::UnboundedReceiver<Question>) {
    let mut waiting = Vec::new();
    while let Some(question) = questions.recv().await {
        match dice.roll(8) {
            0 => waiting.push(question),
            1 => drop(question),
            _ => {
                let answer = match &question.asked {
                    Asked::Command(_) | Asked::Patch(_) | Asked::Signing(..) => Answer::Decision(Decision::Approved),
                    Asked::Permissions(..) => Answer::Grant(Grant::default()),
                    Asked::User(..) => Answer::Answers(Answers::default()),
                };
                // Cancelled meanwhile.
                let _ = question.answer.send(answer);
            }
        }
    }
}

/// Xorshift: the same seed gives the same run.
struct Dice(u64);

impl Dice {
    /// 0 to `sides` − 1.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn other(&mut self) -> Self {
        self.roll(2);
        Self(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) | 1)
    }
}
