using System.Reflection;
using SessionService.Domain.Keys;
using SessionService.UnitTests.Architecture;

namespace SessionService.UnitTests.Keys;

public sealed class KeyTextTests
{
    private static readonly Guid Id = Guid.Parse("01997b2e-6a3c-7d5e-8f10-92a4b6c8d0e2");

    [Fact]
    public void A_text_holds_the_id_and_the_secret_in_a_form_that_tools_can_recognize()
    {
        var secret = KeyText.NewSecret();

        var text = KeyText.Of(Id, secret);

        Assert.Matches("^sk-01997b2e6a3c7d5e8f1092a4b6c8d0e2-[A-Za-z0-9_-]{48}$", text);
        var read = new byte[KeyText.SecretBytes];
        Assert.True(KeyText.TryParse(text, out var id, read));
        Assert.Equal(Id, id);
        Assert.Equal(secret, read);
    }

    [Fact]
    public void Each_secret_is_another_one_of_256_bits() =>
        Assert.Distinct(Enumerable.Range(0, 1_000).Select(_ => KeyText.NewSecret()).Select(secret =>
        {
            Assert.Equal(32, secret.Length);
            return Convert.ToHexString(secret);
        }));

    [Fact]
    public void A_text_with_any_other_character_is_no_key()
    {
        var text = KeyText.Of(Id, KeyText.NewSecret());

        for (var i = 0; i < text.Length; i++)
        {
            foreach (var other in "aA0-_ \0é\n".Where(other => other != text[i]))
            {
                Assert.False(IsKey(text[..i] + other + text[(i + 1)..]), $"{other} at {i}");
            }

            Assert.False(IsKey(text[..i]));
            Assert.False(IsKey(text[i..]) && i > 0);
        }
    }

    // That the time of a comparison tells nothing cannot be measured reliably, so the code is held to the method that promises it.
    [Fact]
    public void A_hash_is_compared_in_constant_time_and_for_unknown_keys_too()
    {
        var sources = typeof(TablesTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Sources").Value!;
        var check = File.ReadAllText(Path.Combine(sources, "Session.Infrastructure", "Keys", "KeyCheck.cs"));

        var compares = check.IndexOf("CryptographicOperations.FixedTimeEquals(KeyText.Hash(secret), key?.SecretHash ?? NoHash)", StringComparison.Ordinal);
        Assert.True(compares > 0);
        Assert.True(compares < check.IndexOf("key is null", StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories))
        {
            Assert.False(
                File.ReadAllText(file).Contains("SecretHash.SequenceEqual", StringComparison.Ordinal) || File.ReadAllText(file).Contains("SecretHash ==", StringComparison.Ordinal),
                file);
        }
    }

    private static bool IsKey(string text) => KeyText.TryParse(text, out _, new byte[KeyText.SecretBytes]);
}
