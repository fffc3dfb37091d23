"""The only writer of `.state`, whom it tells, and the equation that every list keeps."""
