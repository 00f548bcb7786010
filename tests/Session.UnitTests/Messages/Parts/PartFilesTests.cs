using System.Text;
using System.Text.Json;
using SessionService.Application.Messages.Parts;

namespace SessionService.UnitTests.Messages.Parts;

public sealed class PartFilesTests
{
    private static readonly Guid Id = Guid.Parse("0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0");

    public static TheoryData<string> Places =>
    [
        """{"type":"image","url":"data:image/png;base64,@"}""",
        """{"type":"image_url","image_url":{"detail":"low","url":"data:image/png;base64,@"}}""",
        """{"type":"image_url","image_url":"data:image/png;base64,@"}""",
        """{"type":"input_image","image_url":"data:image/png;base64,@"}""",
        """{"type":"input_audio","input_audio":{"data":"@","format":"wav"}}""",
        """{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,@"}}""",
        """{"type":"input_file","filename":"a.pdf","file_data":"@"}""",
        """{"type":"image_generation_call","result":"@","output_format":"png"}""",
        """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"@"}}""",
        """{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"@"},"title":"a.pdf"}""",
        """{"$type":"data","uri":"data:image/png;base64,@"}""",
        """{"type":"file","url":"data:image/png;base64,@","mediaType":"image/png","filename":"a.png"}""",
        """{"type":"file","data":"@","mediaType":"image/png"}""",
        """{"type":"image","image":"@"}""",
        """{"inlineData":{"mimeType":"image/png","data":"@"}}""",
        """{"inline_data":{"mime_type":"image/png","data":"@"}}""",
        """{"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,@"}]}""",
        """{"type":"tool_result","tool_use_id":"1","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"@"}}]}""",
        """{"type":"computer_call_output","call_id":"1","output":{"type":"computer_screenshot","image_url":"data:image/png;base64,@"}}""",
        """{"functionResponse":{"name":"a","response":{},"parts":[{"inlineData":{"mimeType":"image/png","data":"@"}}]}}""",
        """{"$type":"functionResult","callId":"1","result":{"content":[{"type":"image","data":"@","mimeType":"image/png"}]}}""",
        """{"type":"tool-draw","toolCallId":"1","input":{},"output":{"picture":{"b64_json":"@","media_type":"image/png"}}}""",
        """{"type":"hologram","seen":["data:image/png;base64,@"]}""",
    ];

    [Theory]
    [MemberData(nameof(Places))]
    public void Exactly_the_base64_becomes_a_reference_and_comes_back(string shape)
    {
        var bytes = Encoding.UTF8.GetBytes("ÿþ>?~ the bytes of a picture");
        var given = $"[{shape.Replace("@", Convert.ToBase64String(bytes), StringComparison.Ordinal)}]";

        var files = PartFiles.Find(given);
        var referring = files.Refer([Id]);

        Assert.Equal(bytes, files.Decode(Assert.Single(files.Inline)));
        Assert.Equal($"[{shape.Replace("@", $"attachment:{Id}", StringComparison.Ordinal)}]", referring);
        Assert.Equal(given, PartFiles.Find(referring).Restore(_ => Convert.ToBase64String(bytes)));
        Assert.Equal([Id], PartFiles.Find(referring).AttachmentIds);
        Assert.Empty(PartFiles.Find(referring).Inline);
        Assert.Empty(PartChecks.Refuse(JsonDocument.Parse(referring).RootElement));
    }

    [Theory]
    [InlineData("""{"type":"image","attachment_id":"@"}""")]
    [InlineData("""{"type":"image","\u0061ttachment_id":"@"}""")]
    [InlineData("""{"type":"image","url":"\u0061ttachment:@"}""")]
    public void A_reference_is_found_however_it_is_spelled(string shape)
    {
        Assert.Equal([Id], PartFiles.ReferencesIn($"[{shape.Replace("@", Id.ToString("D"), StringComparison.Ordinal)}]"));
    }

    [Fact]
    public void A_data_url_with_parameters_alone_is_a_text()
    {
        var files = PartFiles.Find("""[{"type":"file","url":"data:;charset=utf-8;base64,YQ=="}]""");

        Assert.Equal("text/plain;charset=utf-8", Assert.Single(files.Inline).MediaType);
    }

    [Fact]
    public void A_file_has_the_media_type_and_the_name_that_its_part_says()
    {
        var files = PartFiles.Find(
            """
            [{"type":"input_audio","input_audio":{"data":"YQ==","format":"mp3"}},
             {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,YQ=="}},
             {"type":"image","source":{"type":"base64","media_type":"image/webp","data":"YQ=="}}]
            """);

        Assert.Equal(
            [(0, "audio/mpeg", null), (1, "application/pdf", "a.pdf"), (2, "image/webp", null)],
            files.Inline.Select(file => (file.PartIndex, file.MediaType, file.Name)));
    }

    [Theory]
    [InlineData("""{"type":"text","text":"data:image/png;base64,YWJj"}""")]
    [InlineData("""{"type":"thinking","thinking":"x","signature":"YWJj"}""")]
    [InlineData("""{"type":"redacted_thinking","data":"YWJj"}""")]
    [InlineData("""{"type":"reasoning","summary":[],"encrypted_content":"YWJj"}""")]
    [InlineData("""{"text":"data:image/png;base64,YWJj"}""")]
    [InlineData("""{"type":"tool_use","id":"YWJj","name":"a","input":{"data":"YWJj"}}""")]
    [InlineData("""{"type":"document","source":{"type":"text","media_type":"text/plain","data":"YWJj"}}""")]
    [InlineData("""{"type":"image","url":"https://pictures.test/YWJj"}""")]
    public void Words_and_signatures_are_no_files(string json) => Assert.Empty(PartFiles.Find($"[{json}]").Inline);

    [Fact]
    public void Short_base64_stays()
    {
        const string Json = """[{"type":"image","data":"YWJj"},{"type":"image","data":"YWJjZGVm"}]""";

        Assert.Equal(1, Assert.Single(PartFiles.Find(Json, longerThan: 4).Inline).PartIndex);
    }

    [Fact]
    public void References_are_found_where_a_part_may_have_them()
    {
        var files = PartFiles.Find(
            $$"""
            [{"type":"image","attachment_id":"{{Id}}"},
             {"type":"image","url":"attachment:{{Id}}"},
             {"type":"tool_result","tool_call_id":"1","content":[{"type":"file","attachment_id":"{{Id}}"}]},
             {"type":"text","text":"attachment:{{Id}}"}]
            """);

        Assert.Equal([0, 1, 2], files.References.Select(reference => reference.PartIndex));
        Assert.All(files.References, reference => Assert.False(reference.StandsForBase64));
        Assert.Equal([Id], files.AttachmentIds);
    }

    [Fact]
    public void Base64_comes_back_whatever_stands_around_it_and_however_it_is_written()
    {
        var random = new Random(7);
        var shapes = ((IEnumerable<object[]>)Places).Select(row => (string)row[0]).ToList();
        for (var i = 0; i < 500; i++)
        {
            var stored = new List<byte[]>();
            var json = new StringBuilder("[");
            for (var part = random.Next(1, 6); part > 0; part--)
            {
                var bytes = new byte[random.Next(0, 200)];
                random.NextBytes(bytes);
                var base64 = random.Next(3) switch
                {
                    0 => Convert.ToBase64String(bytes),
                    1 => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_'),
                    _ => Convert.ToBase64String(bytes).TrimEnd('='),
                };
                var shape = shapes[random.Next(shapes.Count)].Replace("@", base64, StringComparison.Ordinal);
                json.Append(random.Next(2) == 0 ? " " : "\n\t")
                    .Append(shape[..^1])
                    .Append(""","\ud83d\ude00é":{"z":1.50e+03,"z":"\/","a":null}},""");
            }

            var given = json.Append("""{"type":"text","text":"Z\u00fcrich 🌤"}]""").ToString();
            using var parsed = JsonDocument.Parse(given);
            Assert.Empty(PartChecks.Refuse(parsed.RootElement));

            var files = PartFiles.Find(given, longerThan: 30);
            stored.AddRange(files.Inline.Select(files.Decode));
            var ids = stored.Select(_ => Guid.NewGuid()).ToList();
            var referring = files.Refer(ids);
            var restored = PartFiles.Find(referring).Restore(id => Convert.ToBase64String(stored[ids.IndexOf(id)]));

            Assert.Equal(given, restored);
            Assert.Equal(ids, PartFiles.Find(referring).AttachmentIds);
        }
    }

    [Fact]
    public void Escapes_within_base64_are_understood()
    {
        var bytes = new byte[] { 0xfb, 0xff, 0xfe, 0xff };
        var given = $$"""[{"type":"image","url":"data:image\/png;base64,{{Convert.ToBase64String(bytes).Replace("/", "\\/", StringComparison.Ordinal).Replace("+", "\\u002B", StringComparison.Ordinal)}}"}]""";

        var files = PartFiles.Find(given);

        Assert.Equal(bytes, files.Decode(Assert.Single(files.Inline)));
        Assert.Equal($$"""[{"type":"image","url":"data:image\/png;base64,attachment:{{Id}}"}]""", files.Refer([Id]));
    }
}
