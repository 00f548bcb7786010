using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Contexts;

/// <summary>Four bytes are a token, so that a test knows the tokens of a text.</summary>
public sealed class ByteCountingFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Contexts:Tokenizer", "bytes")];
}
