using System.Text;
using System.Text.Json;
using SessionService.Infrastructure.Search;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Search;

/// <summary>What is written one way is found by another way of writing it.</summary>
public sealed class SearchFoldingTests(SearchFixture service) : IClassFixture<SearchFixture>
{
    // Letters, marks, digits and more of many scripts; no operators of a query.
    private static readonly Rune[] Alphabet =
    [
        .. new (int First, int Last)[]
        {
            (0x61, 0x7A), (0x30, 0x39), (0xC0, 0x24F), (0x300, 0x345), (0x370, 0x3FF), (0x400, 0x52F), (0x531, 0x586), (0x5B0, 0x5EA), (0x620, 0x6D5),
            (0x6F0, 0x6F9), (0x904, 0x94D), (0x958, 0x96F), (0xE01, 0xE4E), (0x10A0, 0x10FF), (0x1100, 0x11C2), (0x1E00, 0x1EFF), (0x1F00, 0x1FFC),
            (0x2150, 0x2188), (0x3041, 0x30FF), (0x3131, 0x318E), (0x4E00, 0x4E20), (0xAC00, 0xAC80), (0xF900, 0xF920), (0xFB00, 0xFB06),
            (0xFB50, 0xFB60), (0xFF10, 0xFF19), (0xFF21, 0xFF5A), (0xFF66, 0xFFDC), (0x1D400, 0x1D433), (0x1F600, 0x1F610),
        }.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)).Select(value => new Rune(value)),
    ];

    [Theory]
    [InlineData("Da Nang", "Đi Đà Nẵng", "Đi <mark>Đà</mark> <mark>Nẵng</mark>")]
    [InlineData("lodz", "w ŁODZI, Łódź", "w ŁODZI, <mark>Łódź</mark>")]
    [InlineData("Ørsted", "by Orsted", "by <mark>Orsted</mark>")]
    [InlineData("ILIK", "ılık su", "<mark>ılık</mark> su")]
    [InlineData("aegir", "Ægir!", "<mark>Ægir</mark>!")]
    [InlineData("2024", "سنة ٢٠٢٤", "سنة <mark>٢٠٢٤</mark>")]
    [InlineData("٢٠٢٤", "in 2024", "in <mark>2024</mark>")]
    [InlineData("كتاب", "کتـــاب است", "<mark>کتـــاب</mark> است")]
    [InlineData("احمد", "أحمد", "<mark>أحمد</mark>")]
    [InlineData("елка", "наша ёлка", "наша <mark>ёлка</mark>")]
    [InlineData("οδυσσευσ", "ὁ Ὀδυσσεύς", "ὁ <mark>Ὀδυσσεύς</mark>")]
    [InlineData("갱", "그 갱단", "그 <mark>갱</mark>단")]
    [InlineData("\u1100\u1162\u11BC", "갱단", "<mark>갱</mark>단")]
    [InlineData("ガギ", "ｶﾞｷﾞ", "<mark>ｶﾞｷﾞ</mark>")]
    [InlineData("2", "add ½ cup", "add <mark>½</mark> cup")]
    [InlineData("no5", "see №5", "see <mark>№5</mark>")]
    [InlineData("office", "the oﬃce", "the <mark>oﬃce</mark>")]
    [InlineData("ไก", "ไก่ย่าง", "<mark>ไก่</mark>ย่าง")]
    [InlineData("wide", "ＷＩＤＥ text", "<mark>ＷＩＤＥ</mark> text")]
    public async Task A_text_is_found_and_marked_however_it_is_written(string query, string text, string snippet)
    {
        var user = service.AsNewUser();
        await user.WriteMessageAsync(await user.StartSessionAsync(), Message(text));

        Assert.Equal([snippet], await SnippetsAsync(user, query));
        await service.DigestAsync();
        Assert.Equal([snippet], await SnippetsAsync(user, query));
    }

    [Theory]
    [InlineData("개", "갱단")]
    [InlineData("ㄱ", "가")]
    [InlineData("か", "が")]
    [InlineData("мои", "мой")]
    public async Task Different_letters_are_not_taken_for_each_other(string query, string text)
    {
        var user = service.AsNewUser();
        await user.WriteMessageAsync(await user.StartSessionAsync(), Message(text));

        Assert.Empty(await SnippetsAsync(user, query));
    }

    [Fact]
    public async Task Random_texts_have_the_same_words_in_any_case_and_decomposed()
    {
        var random = new Random(7);
        var texts = Enumerable.Range(0, 3_000).Select(_ => RandomText(random)).ToList();
        await using var database = new TestDatabase(service.ConnectionString);

        var decomposed = await NormalizeAsync(database, texts, "NFD");
        var composed = await NormalizeAsync(database, texts, "NFC");

        for (var i = 0; i < texts.Count; i++)
        {
            var words = SearchText.Normalize(texts[i]);
            Assert.All(
                [texts[i].ToUpperInvariant(), texts[i].ToLowerInvariant(), decomposed[i], composed[i], words],
                other => Assert.Equal((texts[i], words), (texts[i], SearchText.Normalize(other))));
        }
    }

    [Fact]
    public async Task Random_texts_find_themselves_and_mark_something()
    {
        var random = new Random(11);
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var texts = Enumerable.Range(0, 40).Select(_ => RandomText(random)).ToList();
        foreach (var text in texts)
        {
            await user.WriteMessageAsync(session, Message(text));
        }

        await service.DigestAsync();
        foreach (var text in texts)
        {
            foreach (var query in new[] { text, text.ToUpperInvariant(), text.ToLowerInvariant() })
            {
                var hits = Hits(await user.GetAsync($"/api/v1/sessions/search?q={Uri.EscapeDataString(query)}"));

                Assert.Contains(text, hits.Select(hit => hit.Text("content")));
                Assert.All(hits, hit => Assert.Contains("<mark>", hit.Text("snippet"), StringComparison.Ordinal));
            }
        }
    }

    private static async Task<string[]> NormalizeAsync(TestDatabase database, IEnumerable<string> texts, string form) =>
        await database.QueryAsync(
            $"SELECT normalize(t, {form}) FROM unnest(ARRAY[{string.Join(',', texts.Select(text => $"'{text}'"))}]) WITH ORDINALITY AS t (t, n) ORDER BY n");

    private static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 10)).Select(i => $"{(i % 4 == 3 ? " " : "")}{Alphabet[random.Next(Alphabet.Length)]}"));

    private static async Task<IEnumerable<string>> SnippetsAsync(ApiClient user, string query) =>
        Hits(await user.GetAsync($"/api/v1/sessions/search?q={Uri.EscapeDataString(query)}")).Select(hit => hit.Text("snippet"));

    private static IReadOnlyList<JsonElement> Hits(Answer answer) => [.. answer.Is(200).Items("results").SelectMany(result => result.Items("hits"))];

    private static string Message(string content) => JsonSerializer.Serialize(new { role = "user", content });
}
