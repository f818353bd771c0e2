"""Cases: from the first word to the letter, by the procedures of the rulebook."""
