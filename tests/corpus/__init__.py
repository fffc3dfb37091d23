"""Guest lists in the shape of real exports, each with its exact truth: what `make read-score` measures reading by."""
