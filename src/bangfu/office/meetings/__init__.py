"""Community review: who is entitled, who came, how they voted, what was decided; and near relatives who abstain."""
