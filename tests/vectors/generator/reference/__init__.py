"""An independent implementation of the specification, written only to make and to check the vectors."""
