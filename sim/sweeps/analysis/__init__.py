"""What a sweep says: responses and effects paired by seed, global sensitivity, boxes of conditions."""
