use super::*;

fn two_sleeps() -> Operation {
    Operation::new(|effects| async move {
        effects.sleep(1).await?;
        effects.sleep(2).await?;
        Ok(Completion::TaskRegistered(TaskId::parse("t")?))
    })
}

#[test]
fn effects_are_yielded_one_by_one_until_done() {
    let mut operation = two_sleeps();
    assert!(matches!(operation.resume(None).unwrap().progress, Ok(Progress::Effect(Effect::Sleep(1)))));
    assert!(matches!(operation.resume(Some(Outcome::Slept)).unwrap().progress, Ok(Progress::Effect(Effect::Sleep(2)))));
    assert!(matches!(operation.resume(Some(Outcome::Slept)).unwrap().progress, Ok(Progress::Done(_))));
    assert_eq!(operation.resume(None).unwrap_err().code, Code::OperationFinished);
}

#[test]
fn a_wrong_outcome_is_an_error_and_the_operation_still_waits() {
    let mut operation = two_sleeps();
    assert_eq!(operation.resume(Some(Outcome::Slept)).unwrap_err().code, Code::OutcomeMismatch);
    operation.resume(None).unwrap();
    for wrong in [None, Some(Outcome::Store(Ok(()))), Some(Outcome::Load(Ok(None)))] {
        assert_eq!(operation.resume(wrong).unwrap_err().code, Code::OutcomeMismatch);
    }
    assert!(matches!(operation.resume(Some(Outcome::Slept)).unwrap().progress, Ok(Progress::Effect(Effect::Sleep(2)))));
}

#[test]
fn k14_debug_of_an_answer_tells_neither_fields_nor_body() {
    let headers = [("set-cookie".into(), "marker".into())].into();
    let answer = HttpResponse { status: 401, headers, body: b"marker".to_vec(), truncated: false };
    assert_eq!(alloc::format!("{answer:?}"), "HttpResponse(401, 6 bytes)");
}
