//! Calls into an instance, from whichever task.

use super::convert;
use super::functions::Functions;
use super::imports::State;
use crate::error::Error;
use std::future::Future;
use std::pin::Pin;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use wasmtime::AsContextMut;
use wasmtime::component::{Accessor, AccessorTask, ComponentNamedList, Lift, Lower, ResourceAny, TypedFunc};

/// What the task that runs the instance is asked to do.
pub(super) enum Wish {
    /// To make a call.
    Call(Call),
    /// To drop what a handle stands for.
    Release(ResourceAny),
}

/// A call that goes on beside others. It fails if the component traps.
pub(super) struct Call(Begin);

type Begin = Box<dyn for<'a> FnOnce(&'a Accessor<State>) -> Running<'a> + Send>;

type Running<'a> = Pin<Box<dyn Future<Output = wasmtime::Result<()>> + Send + 'a>>;

impl AccessorTask<State> for Call {
    async fn run(self, accessor: &Accessor<State>) -> wasmtime::Result<()> {
        self.0(accessor).await
    }
}

/// The way to an instance.
pub(super) struct Calls {
    sender: mpsc::UnboundedSender<Wish>,
    functions: Functions,
    deadline_ticks: u64,
}

impl Calls {
    pub(super) fn new(sender: mpsc::UnboundedSender<Wish>, functions: Functions, deadline_ticks: u64) -> Self {
        Self { sender, functions, deadline_ticks }
    }

    /// Calls a function that may fail with an error of the component.
    pub(super) async fn ask<P, R>(
        &self,
        function: impl FnOnce(&Functions) -> TypedFunc<P, (Result<R, ResourceAny>,)>,
        params: P,
    ) -> Result<R, Error>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: Lift + wasmtime::component::ComponentType + Send + Sync + 'static,
    {
        let error = match self.call(function, params).await? {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let info = self.call(|functions| functions.error_info, (error,)).await;
        self.release(error);
        Err(convert::error(info?))
    }

    /// Calls a function. Dropping the future cancels the call: whatever it is waiting for, and still asks for, ends as `cancelled`.
    pub(super) async fn call<P, R>(&self, function: impl FnOnce(&Functions) -> TypedFunc<P, (R,)>, params: P) -> Result<R, Error>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: Lift + Send + Sync + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let (function, ticks) = (function(&self.functions), self.deadline_ticks);
        let (answer, answered) = oneshot::channel();
        let cancelled = CancellationToken::new();
        let _cancels = cancelled.clone().drop_guard();
        let run = Call(Box::new(move |accessor| Box::pin(run(accessor, function, params, ticks, cancelled, answer))));
        self.sender.send(Wish::Call(run)).map_err(|_| trapped())?;
        answered.await.map_err(|_| trapped())
    }

    /// Drops what a handle stands for. With an instance that is gone everything in it has gone.
    pub(super) fn release(&self, handle: ResourceAny) {
        drop(self.sender.send(Wish::Release(handle)));
    }
}

async fn run<P, R>(
    accessor: &Accessor<State>,
    function: TypedFunc<P, (R,)>,
    params: P,
    deadline_ticks: u64,
    cancelled: CancellationToken,
    answer: oneshot::Sender<R>,
) -> wasmtime::Result<()>
where
    P: ComponentNamedList + Lower + Send + Sync + 'static,
    R: Send + Sync + 'static,
    (R,): ComponentNamedList + Lift,
{
    if cancelled.is_cancelled() {
        return Ok(());
    }
    let (call, task) = accessor.with(|mut access| {
        let mut store = access.as_context_mut();
        store.set_epoch_deadline(deadline_ticks);
        let call = function.start_call_concurrent(&mut store, params)?;
        let task = call.task();
        store.data_mut().calls.insert(task, cancelled);
        wasmtime::error::Ok((call, task))
    })?;
    let ended = function.finish_call_concurrent(accessor, call).await;
    accessor.with(|mut access| access.as_context_mut().data_mut().calls.remove(&task));
    // Nobody waits for the answer to a call that was cancelled.
    let _ = answer.send(ended?.0);
    Ok(())
}

fn trapped() -> Error {
    Error::internal("this instance of the component has trapped; make a new one".into())
}
