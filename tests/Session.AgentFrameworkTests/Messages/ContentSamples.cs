using System.Text.Json;
using Microsoft.Extensions.AI;

namespace SessionService.AgentFrameworkTests.Messages;

/// <summary>Contents of every type that the framework writes, with all that they can hold.</summary>
internal static class ContentSamples
{
    public static IReadOnlyList<AIContent> All { get; } =
    [
        new TextContent("Grüße, \"quoted\" <b>+</b> 日本語 \U0001F30A\r\n\ttab"),
        new TextContent("It has a NUL \0 and a back\\u0000slash."),
        new TextContent(""),
        new TextContent("cited")
        {
            Annotations =
            [
                new CitationAnnotation
                {
                    Title = "Atlas",
                    Url = new Uri("https://example.org/a?b=1&c=2"),
                    FileId = "f1",
                    ToolName = "search",
                    Snippet = "…",
                    AnnotatedRegions = [new TextSpanAnnotatedRegion { StartIndex = 0, EndIndex = 5 }],
                },
            ],
            AdditionalProperties = new() { ["z"] = 1, ["a"] = "two", ["n"] = null, ["d"] = 1.5 },
        },
        new TextReasoningContent("Let me think.") { ProtectedData = "EqQBCgIYAhIM+/==" },
        new DataContent(new byte[] { 1, 250, 251, 255 }, "image/png") { Name = "sign.png" },
        new DataContent(Enumerable.Range(0, 20_000).Select(i => (byte)(i * 7)).ToArray(), "application/pdf") { Name = "long.pdf" },
        new DataContent("data:text/plain,hello%20world"),
        new UriContent("https://example.org/picture.png?size=1&x=+", "image/png"),
        new UriContent("https://example.org/any", "image/*"),
        new FunctionCallContent("call-1", "find_beach", new Dictionary<string, object?>
        {
            ["near"] = "Pula", ["radius"] = 1.50m, ["none"] = null, ["nested"] = new Dictionary<string, object?> { ["b"] = true, ["a"] = new[] { 1, 2 } },
        }),
        new FunctionCallContent("call-2", "now") { InformationalOnly = true },
        new FunctionResultContent("call-1", JsonSerializer.SerializeToElement(new { beach = "Ambrela", km = 3.0, nul = "\0" })),
        new FunctionResultContent("call-2", "Just text"),
        new FunctionResultContent("call-3", result: null),
        new UsageContent(new UsageDetails
        {
            InputTokenCount = 12, OutputTokenCount = 3, TotalTokenCount = 15, CachedInputTokenCount = 4, ReasoningTokenCount = 1,
            AdditionalCounts = new() { ["audio"] = 2 },
        }),
        new ErrorContent("It failed.") { ErrorCode = "500", Details = "no details" },
        new HostedFileContent("file-1") { MediaType = "text/csv", Name = "a.csv" },
        new HostedVectorStoreContent("vs-1"),
        new ToolCallContent("call-4"),
        new ToolResultContent("call-4"),
        new ToolApprovalRequestContent("ask-2", new FunctionCallContent("call-5", "delete", new Dictionary<string, object?> { ["all"] = true })),
        new ToolApprovalResponseContent("ask-2", approved: false, new FunctionCallContent("call-5", "delete")) { Reason = "No." },
        new McpServerToolCallContent("call-6", "lookup", "server") { Arguments = new Dictionary<string, object?> { ["q"] = "x" } },
        new McpServerToolResultContent("call-6") { Outputs = [new TextContent("found")] },
        new ImageGenerationToolCallContent("call-7"),
        new ImageGenerationToolResultContent("call-7") { Outputs = [new DataContent(new byte[] { 9, 8, 7 }, "image/png")] },
        new CodeInterpreterToolCallContent("call-8") { Inputs = [new TextContent("print(1)")] },
        new CodeInterpreterToolResultContent("call-8") { Outputs = [new TextContent("1"), new ErrorContent("warning")] },
        new WebSearchToolCallContent("call-9") { Queries = ["beach", "pula"] },
        new WebSearchToolResultContent("call-9") { Outputs = [new UriContent("https://example.org/", "text/html")] },
        new AIContent { AdditionalProperties = new() { ["only"] = "properties" } },
        new AIContent(),
    ];
}
