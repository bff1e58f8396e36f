use super::*;
use crate::metadata::items::tests::Fixed;

const ID: &str = "5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b";

#[test]
fn r7_2_e10_an_id_in_any_form_is_given_back_in_canonical_form() {
    for content in [
        ID,
        "5A9B8F2E-1C3D-4E5F-8A7B-0C1D2E3F4A5B",
        " \t5a9b8f2e1c3d4e5f8a7b0c1d2e3f4a5b\r\n",
        "{5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b}\n",
        "\u{a0}urn:uuid:5A9B8F2E-1C3D-4E5F-8A7B-0C1D2E3F4A5B",
    ] {
        assert_eq!(read(content.as_bytes()).as_deref(), Some(ID), "{content:?}");
    }
}

#[test]
fn r7_3_e10_anything_else_is_to_be_replaced() {
    for content in
        [&b"not-a-uuid"[..], b"", b" \n", b"\xff", b"5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5", b"\xef\xbb\xbf5a9b8f2e1c3d4e5f8a7b0c1d2e3f4a5b"]
    {
        assert_eq!(read(content), None, "{content:?}");
    }
}

#[test]
fn r7_3_a_fresh_id_reads_back_and_is_of_version_4() {
    let id = fresh(&Fixed::at(0)).unwrap();
    assert_eq!(read(id.as_bytes()), Some(id.clone()));
    assert_eq!(&id[14..15], "4");
    assert!("89ab".contains(&id[19..20]));
}
