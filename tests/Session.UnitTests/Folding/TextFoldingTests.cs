using System.Security.Cryptography;
using System.Text;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Search;

namespace SessionService.UnitTests.Folding;

public sealed class TextFoldingTests
{
    [Theory]
    [InlineData("Łódź Đà Nẵng Ørsted Straße Ægir ılık İstanbul", "lodz da nang orsted strasse aegir ilik istanbul")]
    [InlineData("œuvre Þór ŋ ħ ŧ ƒ ɨ ĳ ǆ ȷ", "oeuvre thor n h t f i ij dz j")]
    [InlineData("ΟΔΥΣΣΕΎΣ Ὀδυσσεύς ᾳ ΑΙ ϐ", "οδυσσευσ οδυσσευσ αι αι β")]
    [InlineData("ёлка мой Ўзбек Їжак за\u0301мок Ѓорѓи", "елка мой ўзбек їжак замок горги")]
    [InlineData("أحمد إلى آخر ٱلله رؤوس شيئ مـــكتبة مُدَرِّسَة", "احمد الي اخر الله رووس شيي مكتبه مدرسه")]
    [InlineData("کتابی كتابي ﻛﺘﺎﺑﻲ", "كتابي كتابي كتابي")]
    [InlineData("٢٠٢٤ ۲۰۲۴ २०२४ ２０２４ 𝟚𝟘𝟚𝟜 ٣٫١٤", "2024 2024 2024 2024 2024 3.14")]
    [InlineData("שָׁלוֹם क़लम ไก่", "שלום कलम ไก")]
    [InlineData("Ｆｕｌｌ ﬁlm № ㎏ ² ½ ⓒ 𝐁𝐨𝐥𝐝", "full film no kg 2 1/2 c bold")]
    [InlineData("ｶﾞｷﾞ ガギ カ\u3099キ\u3099 ﾊﾟ パ か", "ガギ ガギ ガギ パ パ か")]
    [InlineData("각 \u1100\u1161\u11A8 가\u11A8 ㄱㅏ ﾡ", "각 각 각 ㄱㅏ ㄱ")]
    [InlineData("co\u00ADop a\u200Db \uFEFFx 👍🏽 ❤\uFE0F", "coop ab x 👍 ❤")]
    [InlineData("\u0F74\u0F72\u0F71 \u0F71\u0F72\u0F74", "\u0F71\u0F72\u0F74 \u0F71\u0F72\u0F74")]
    [InlineData("oʻzbek Qurʾān пʼять", "o'zbek qur'an п'ять")]
    [InlineData("中文, 日本語!", "中文, 日本語!")]
    public void What_people_take_for_the_same_is_folded_to_the_same(string text, string folded)
    {
        Assert.Equal(folded, TextFolding.Fold(text));
        Assert.Equal(folded, TextFolding.FoldWithOrigins(text).Text);
    }

    [Fact]
    public void Half_a_character_is_folded_to_its_replacement()
    {
        Assert.Equal("\uFFFD x", TextFolding.Fold(new string(['\uD800', ' ', 'X'])));
    }

    [Fact]
    public void A_text_of_ASCII_in_lower_case_is_its_own_folding()
    {
        const string Text = "plain text, 1:1.";

        Assert.Same(Text, TextFolding.Fold(Text));
        Assert.Equal("plain", TextFolding.Fold("PLAIN"));
    }

    [Fact]
    public void Every_character_is_folded_as_its_upper_and_its_lower_case_and_once_for_all()
    {
        foreach (var rune in Runes())
        {
            var folded = TextFolding.Fold($"x{rune}");

            Assert.True(Same(folded, $"x{Rune.ToUpperInvariant(rune)}"), $"Upper case of U+{rune.Value:X4}");
            Assert.True(Same(folded, $"x{Rune.ToLowerInvariant(rune)}"), $"Lower case of U+{rune.Value:X4}");
            Assert.True(Same(folded, folded), $"U+{rune.Value:X4} twice");
        }

        static bool Same(string folded, string text) => string.Equals(folded, TextFolding.Fold(text), StringComparison.Ordinal);
    }

    // A new version of the table, or of .NET and so of its categories, must not leave stored indexes as they are.
    [Fact]
    public void Another_folding_has_another_version()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var rune in Runes())
        {
            hash.AppendData(Encoding.UTF8.GetBytes(TextFolding.Fold($"{rune}")));
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{SearchText.Normalize($"x{rune}x")}\n"));
        }

        Assert.Equal(
            (3, "ddb358004c38ee57"),
            (TextFolding.Version, Convert.ToHexStringLower(hash.GetCurrentHash())[..16]));
    }

    [Fact]
    public void Every_character_of_a_folded_text_knows_where_it_comes_from()
    {
        const string Text = "½ Cafe\u0301 각 \u1112\u1161\u11AB!";

        var folded = TextFolding.FoldWithOrigins(Text);

        Assert.Equal("1/2 cafe 각 한!", folded.Text);
        Assert.Equal("½", Origin("1"));
        Assert.Equal("½", Origin("1/2"));
        Assert.Equal("Cafe\u0301", Origin("cafe"));
        Assert.Equal("\u1112\u1161\u11AB", Origin("한"));
        Assert.Equal("!", Origin("!"));

        string Origin(string part)
        {
            var start = folded.Text.IndexOf(part, StringComparison.Ordinal);
            var (from, to) = folded.OriginOf(start, start + part.Length);
            return Text[from..to];
        }
    }

    // Without the planes of Han and those for private use, whose characters are folded to themselves.
    private static IEnumerable<Rune> Runes() =>
        Enumerable.Range(0, 0x20000).Concat(Enumerable.Range(0x2F800, 0x800)).Concat(Enumerable.Range(0xE0000, 0x1000))
            .Where(Rune.IsValid).Select(value => new Rune(value));
}
