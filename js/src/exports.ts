/** What every entry point offers beside its `load`. */

export type { Agent, FetchOptions, Identity, Ticket } from './agent.js';
export type { AgentRegistration, Agents } from './agent/agents.js';
export type { AgentBehaviour, AgentOptions, HeaderPairs, Judgement, ResponseFacts, TaskOptions } from './agent/options.js';
export type { Assertion, Assertions, Prepared } from './assertion.js';
export type { Component, ComponentVersion } from './component.js';
export type { EventKind, Observer, OperationOptions, ProgressEvent } from './drive.js';
export type { Enrollment, EnrollmentOptions, Enrollments, ManagedLogin } from './enrollment.js';
export { type Events, type EventsOptions, type Progress, progress } from './events.js';
export { type Advice, AgentIdentityError, type ErrorDetails, hasCode } from './error.js';
export type { AgentDescription } from './generated/types.js';
/** Records, enums and variants of the component's interfaces, for example `types.Snapshot`. */
export type * as types from './generated/types.js';
export { type Attestor, type Clock, type Custodian, type Host, HostError, type HostFailure, type Http, type Random, type Sleep } from './host.js';
export type { HttpRequest, HttpResponse, LoadedDocument, Storage } from './host.js';
export type { CustodialKey, CustodyCheck, Key, Keys, PrivateForm, PublicForm, PublicForms, VerifyingKey, VerifyingKeys } from './key.js';
export type { Load, Source } from './load.js';
export type { KnownThreads, KnownTurns, Metadata } from './metadata.js';
export { dispose } from './resource.js';
export type { Reveal, SecretForm } from './reveal.js';
export type { ExternalTaskRef, TaskRefs } from './task-ref.js';
export type { Accepted, Policy, ReplayMode, ReplayOptions, ReplayWindow, ReplayWindows, TaskState, Verifier, VerifierFacts } from './verifier.js';
