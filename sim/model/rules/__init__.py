"""The economics: pure functions of named numbers, one page a question. No arrays, no state, no draws inside."""
