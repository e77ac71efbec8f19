"""What the model is held against: histories and their back-test, the scorecard, and parameters fitted to moments."""
