"""What is handed over on paper: set by Typst, tagged for screen readers, in the reader's language."""
