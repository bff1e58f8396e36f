"""One module per vector file; each has `cases()`, which yields the file's cases in order."""
