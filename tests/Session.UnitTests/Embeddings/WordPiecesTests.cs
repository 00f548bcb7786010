using SessionService.Infrastructure.Embeddings;

namespace SessionService.UnitTests.Embeddings;

public sealed class WordPiecesTests
{
    private const int Many = 512;

    private static readonly string[] Vocabulary = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "sentence-model.vocabulary.txt"));

    private static readonly WordPieces Pieces = new(Vocabulary);

    [Theory]
    [InlineData("Hello, my dog is cute", "[CLS] hello , my dog is cute [SEP]")]
    [InlineData("unaffable", "[CLS] una ##ffa ##ble [SEP]")]
    [InlineData("Embeddings", "[CLS] em ##bed ##ding ##s [SEP]")]
    [InlineData("C++ costs $5+tax", "[CLS] c + + costs $ 5 + tax [SEP]")]
    [InlineData("don't e-mail", "[CLS] don ' t e - mail [SEP]")]
    [InlineData("Cr\u00e8me br\u00fbl\u00e9e, na\u00efve caf\u00e9", "[CLS] cr ##eme br ##ule ##e , naive cafe [SEP]")]
    [InlineData("cafe\u0301", "[CLS] cafe [SEP]")]
    [InlineData("a\tb\r\nc\u00a0d\u200be\u0000f", "[CLS] a b c def [SEP]")]
    [InlineData("\u65e5\u672c\u8a9e", "[CLS] \u65e5 \u672c \u8a9e [SEP]")]
    [InlineData("", "[CLS] [SEP]")]
    public void Texts_are_split_as_the_model_has_learnt_them(string text, string pieces)
    {
        Assert.Equal(pieces, Read(Pieces.Split(text, Many)));
    }

    [Fact]
    public void A_piece_has_the_number_that_the_model_knows_it_by()
    {
        Assert.Equal([101, 7592, 1010, 2088, 999, 102], Pieces.Split("Hello, world!", Many).Pieces);
    }

    [Fact]
    public void A_word_beside_an_emoji_stays_known()
    {
        var split = Pieces.Split("great\U0001F680thanks", Many);

        Assert.Equal("[CLS] great [UNK] thanks [SEP]", Read(split));
        Assert.Equal((2, 0), (split.Words.Count, split.UnknownWords));
    }

    [Fact]
    public void What_has_no_known_piece_or_is_longer_than_any_word_is_unknown()
    {
        var split = Pieces.Split($"dog \u1200\u1208 {new string('a', 101)}", Many);

        Assert.Equal("[CLS] dog [UNK] [UNK] [SEP]", Read(split));
        Assert.Equal((3, 2, 3), (split.Words.Count, split.UnknownWords, split.PiecesOfWords));
    }

    [Fact]
    public void Of_a_longer_text_the_beginning_is_split()
    {
        var split = Pieces.Split("the embeddings of many texts", most: 6);

        Assert.Equal("[CLS] the em ##bed ##ding [SEP]", Read(split));
        Assert.Equal(6, Pieces.Split(new string('.', 100_000), most: 6).Pieces.Length);
    }

    private static string Read(SplitText text) => string.Join(' ', text.Pieces.Select(piece => Vocabulary[piece]));
}
