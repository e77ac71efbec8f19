"""What is asked of many points: sensitivity and discovery, and the experiments of the policy laboratory."""
