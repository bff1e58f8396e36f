use super::*;

/// A core module with one function of type `[i64 i64] -> [i64]` and this body.
fn module(body: &[u8]) -> Vec<u8> {
    let mut code = vec![0];
    code.extend_from_slice(body);
    code.push(0x0b);
    let mut out = b"\0asm\x01\0\0\0".to_vec();
    out.extend_from_slice(&[1, 7, 1, 0x60, 2, 0x7e, 0x7e, 1, 0x7e]);
    out.extend_from_slice(&[3, 2, 1, 0]);
    out.extend_from_slice(&[10, code.len() as u8 + 2, 1, code.len() as u8]);
    out.extend_from_slice(&code);
    out
}

const GET_0: [u8; 2] = [0x20, 0];
const GET_1: [u8; 2] = [0x20, 1];
const SET_0: [u8; 2] = [0x21, 0];
const MUL_WIDE_S: [u8; 2] = [0xfc, 0x15];
const ADD: [u8; 1] = [0x7c];
const DROP: [u8; 1] = [0x1a];

#[test]
fn a_result_that_overwrites_a_local_still_on_the_stack_is_refused() {
    let stale = [&GET_0[..], &GET_0, &GET_1, &MUL_WIDE_S, &SET_0, &DROP].concat();
    assert!(check_stale_locals(&module(&stale)).is_err());
}

#[test]
fn results_in_locals_that_nobody_waits_for_are_fine() {
    let fresh = [&GET_0[..], &GET_1, &MUL_WIDE_S, &SET_0, &GET_0, &ADD].concat();
    assert!(check_stale_locals(&module(&fresh)).is_ok());
}
