"""Facts + roster + trainees + schedule + other claims -> the frozen case. Pure: domain, numpy and rapidfuzz only."""
