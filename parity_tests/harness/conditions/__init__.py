"""Under which condition a check fails: the simplest predicate that separates failing from passing cases."""
