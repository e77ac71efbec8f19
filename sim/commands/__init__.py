"""The commands, by what they are about: studies, scenario files, results, one run from inside."""
