"""A small local tokenizer for tools that insist on one: byte-level BPE, trained on a few lines. Runs in their own
environment (tokenizers, transformers); argument: the folder to write."""

import sys

from tokenizers import ByteLevelBPETokenizer
from transformers import PreTrainedTokenizerFast

LINES = ["Where is my parcel?", "How do I return a pair of shoes that does not fit?", "lorem ipsum dolor sit amet"] * 50
trained = ByteLevelBPETokenizer()
trained.train_from_iterator(LINES, vocab_size=400, special_tokens=["<s>", "</s>"])
PreTrainedTokenizerFast(tokenizer_object=trained._tokenizer, bos_token="<s>", eos_token="</s>").save_pretrained(sys.argv[1])
