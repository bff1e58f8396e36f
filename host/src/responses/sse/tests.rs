use super::*;

fn event(name: Option<&str>, data: &str) -> SseEvent {
    SseEvent { name: name.map(Into::into), data: data.into() }
}

/// Every event of a stream that arrives in these pieces.
fn read(pieces: &[&[u8]]) -> Result<Vec<SseEvent>, TooLarge> {
    let mut parser = SseParser::new(64);
    let mut events = Vec::new();
    for piece in pieces {
        parser.push(piece);
        while let Some(event) = parser.take()? {
            events.push(event);
        }
    }
    Ok(events)
}

#[test]
fn events_end_at_blank_lines() {
    let stream = b"event: a\ndata: 1\n\ndata:2\ndata:  3\ndata\n\n: a comment\nid: 9\nretry: 1\nunknown: x\n\nevent: lonely\n\n";
    assert_eq!(read(&[stream]).unwrap(), [event(Some("a"), "1"), event(None, "2\n 3\n")]);
}

#[test]
fn every_line_ending_and_every_split_give_the_same_events() {
    let expected = [event(Some("n"), "a\nb"), event(None, ""), event(None, "é")];
    for ending in ["\n", "\r", "\r\n"] {
        let stream = ["\u{feff}event: n", "data: a", "data: b", "", "data:", "", "event:", "data: é", "", ""].join(ending).into_bytes();
        assert_eq!(read(&[&stream]).unwrap(), expected);
        for split in 0..=stream.len() {
            let (one, two) = stream.split_at(split);
            assert_eq!(read(&[one, b"", two]).unwrap(), expected, "{ending:?} at {split}");
        }
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(read(&bytes).unwrap(), expected);
    }
}

#[test]
fn an_event_that_the_stream_left_unfinished_is_none() {
    assert_eq!(read(&[b"data: 1\n\ndata: 2\n"]).unwrap(), [event(None, "1")]);
    assert_eq!(read(&[b"data: 1"]).unwrap(), []);
}

#[test]
fn bytes_that_are_no_text_are_replaced_not_refused() {
    assert_eq!(read(&[b"data: \xff1\n\n"]).unwrap(), [event(None, "\u{fffd}1")]);
}

#[test]
fn an_event_over_the_limit_is_an_error_however_it_is_cut() {
    let within = format!("data: {}\n\n", "x".repeat(58));
    assert_eq!(read(&[within.as_bytes()]).unwrap(), [event(None, &"x".repeat(58))]);
    let line = format!("data: {}\n\n", "x".repeat(59));
    assert_eq!(read(&[line.as_bytes()]), Err(TooLarge));
    assert_eq!(read(&line.as_bytes().chunks(7).collect::<Vec<_>>()), Err(TooLarge));
    let lines = "data: xxxxxxxx\n".repeat(9);
    assert_eq!(read(&[lines.as_bytes()]), Err(TooLarge));
    // Many small events, however many arrive at once, are not one large one.
    let many = "data: x\n\n".repeat(1000);
    assert_eq!(read(&[many.as_bytes()]).unwrap().len(), 1000);
}

#[test]
fn a_line_that_never_ends_is_not_kept_beyond_the_limit() {
    let mut parser = SseParser::new(64);
    let mut kept = 0;
    for _ in 0..100 {
        parser.push(&[b'x'; 10]);
        if parser.take().is_err() {
            break;
        }
        kept = parser.line.len() + parser.pending.len();
    }
    assert!(kept <= 74, "{kept}");
}
