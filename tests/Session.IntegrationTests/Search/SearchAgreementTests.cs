using System.Text.RegularExpressions;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Search;

/// <summary>What is found is what PostgreSQL itself would find.</summary>
public sealed class SearchAgreementTests(SearchFixture service) : IClassFixture<SearchFixture>
{
    private static readonly string[] Words = ["apple", "apples", "pears", "running", "run", "the", "of", "blue"];

    [Fact]
    public async Task Every_query_finds_what_PostgreSQL_finds()
    {
        var random = new Random(42);
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var texts = Enumerable.Range(0, 150).Select(_ => Some(random, most: 7)).ToList();
        foreach (var some in texts.Chunk(30))
        {
            (await user.PostAsync(
                $"{session}/messages/batch",
                $$"""{"messages":[{{string.Join(',', some.Select(text => $$"""{"role":"user","content":"{{text}}"}"""))}}]}""")).Is(201);
            await service.DigestOnceAsync();
        }

        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            """
            CREATE TEXT SEARCH DICTIONARY unstopped (TEMPLATE = snowball, LANGUAGE = english);
            CREATE TEXT SEARCH CONFIGURATION unstopped (COPY = english);
            ALTER TEXT SEARCH CONFIGURATION unstopped ALTER MAPPING REPLACE english_stem WITH unstopped;
            """);
        for (var i = 0; i < 80; i++)
        {
            var query = Query(random);
            // A query of stop words alone searches them.
            var language = IsOfStopWords(query) ? "unstopped" : "english";
            var expected = await database.QueryAsync(
                $"""
                SELECT sequence FROM dev.session_messages
                WHERE user_id = '{user.UserId}' AND to_tsvector('{language}', content) @@ websearch_to_tsquery('{language}', '{query}')
                ORDER BY sequence
                """);

            var answer = (await user.GetAsync($"/api/v1/sessions/search?session_id={session[^36..]}&limit=100&q={Uri.EscapeDataString(query)}")).Is(200);
            var found = answer.Items("results").SelectMany(result => result.Items("hits")).Select(hit => hit.Number("sequence")).Order();

            Assert.True(answer.Number("total_hits") == expected.Length, $"{query}: {answer.Number("total_hits")} and not {expected.Length}");
            if (expected.Length <= 100)
            {
                Assert.Equal(expected, found.Select(sequence => $"{sequence}"));
            }
        }
    }

    private static bool IsOfStopWords(string query)
    {
        var wanted = Regex.Replace(query, "-(\"[^\"]*\"|[^ ]+)", "", RegexOptions.ExplicitCapture, TimeSpan.FromMinutes(1))
            .Split([' ', '"'], StringSplitOptions.RemoveEmptyEntries);
        return query.Split([' ', '"', '-']).Intersect(["the", "of"]).Any() && wanted.All(word => word is "the" or "of" or "or");
    }

    private static string Query(Random random) => string.Join(' ', Enumerable.Range(0, random.Next(1, 4)).Select(i =>
        (i > 0 && random.Next(4) == 0 ? "or " : "")
        + (random.Next(5) == 0 ? "-" : "")
        + (random.Next(3) == 0 ? $"\"{Some(random, most: 4)}\"" : Words[random.Next(Words.Length)])));

    private static string Some(Random random, int most) =>
        string.Join(' ', Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => Words[random.Next(Words.Length)]));
}
