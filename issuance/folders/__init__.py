"""Files that a merchant's other programs put into a folder: each becomes a list as if a person had brought it."""
