"""Scripts of lifecycle.json: what a program does and is answered, and what must be seen of it. Written by hand; only signatures are computed."""
