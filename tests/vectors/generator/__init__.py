"""Generator of the vector files: `reference` answers driver questions, `files` asks them."""
