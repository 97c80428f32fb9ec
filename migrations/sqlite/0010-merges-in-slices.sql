-- What merges the index of texts: a thread, in slices. Sixteen parts of one level were merged in the commit that made the last of them,
-- which held the process for five seconds among 100,000 articles; now a commit does so only where there are 64.
insert into text_terms (text_terms, rank) values ('crisismerge', 64);
