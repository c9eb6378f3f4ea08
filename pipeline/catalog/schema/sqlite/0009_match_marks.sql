-- Marks tell strengths of matches, too, alone and with their basis ("strength:confirmed", "match:near_picture/confirmed"): lines are made anew.
DELETE FROM mark;
DELETE FROM listing;
