"""XLSX and ODS as rows of text, in flat memory, without what only attacks need."""
