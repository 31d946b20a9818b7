from __future__ import annotations

import random

from lachan.domain.privacy import jaccard, near_copy_shingles
from lachan.pipeline.near_copy import BANDS, minhash_bands

SECRET = b"k" * 32
WORDS = (
    "em bạn học trường nhà chơi đánh đi về mai tối sáng chiều vui buồn kể chuyện thầy cô lớp đường phố ăn uống"
    " xem nghe nói làm bài tập trời mưa nắng gió sông cầu chợ xe đạp"
)


def test_pairs_at_the_threshold_are_found_and_strangers_are_not() -> None:
    vocabulary = WORDS.split()
    rng = random.Random(7)
    near = found = strangers = 0
    for _ in range(600):
        words = [rng.choice(vocabulary) + rng.choice(["", "a", "1"]) for _ in range(rng.randint(15, 60))]
        copy = list(words)
        for _ in range(rng.randint(1, 3)):
            copy[rng.randrange(len(copy))] = rng.choice(vocabulary)
        other = " ".join(rng.choice(vocabulary) for _ in range(30))
        text, changed = " ".join(words), " ".join(copy)
        bands = set(minhash_bands(text, SECRET))
        strangers += bool(bands & set(minhash_bands(other, SECRET)))
        if jaccard(near_copy_shingles(text), near_copy_shingles(changed)) >= 0.8:
            near += 1
            found += bool(bands & set(minhash_bands(changed, SECRET)))
    assert near > 300
    assert found / near >= 0.99
    assert strangers <= 3


def test_bands_are_keyed_and_short_texts_have_none() -> None:
    text = "chiều nay cả lớp ra sân chơi đá cầu rất vui nha mọi người"
    assert minhash_bands("ngắn quá", SECRET) == ()
    assert len(set(minhash_bands(text, SECRET))) == BANDS
    assert minhash_bands(text, SECRET) == minhash_bands(text.upper(), SECRET)
    assert not set(minhash_bands(text, SECRET)) & set(minhash_bands(text, b"x" * 32))
