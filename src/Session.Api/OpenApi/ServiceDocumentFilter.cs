using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SessionService.Api.OpenApi;

/// <summary>Puts the groups of operations into the order in which a client needs them.</summary>
internal sealed class ServiceDocumentFilter : IDocumentFilter
{
    private static readonly (string Name, string Description)[] Tags =
    [
        ("Sessions", "Conversations of a user: create, find, change, end."),
        ("Messages", "What is said in a session, numbered 1, 2, 3 …"),
        ("Memory", "The one memory of a session."),
        ("Live", "What is written, as it is written."),
        ("Feedback", "What people and models think of messages."),
        ("Attachments", "Pictures and files that messages refer to."),
        ("OpenAI Conversations", "Sessions as OpenAI's SDKs read and write them."),
        ("Context", "What to send to a model next."),
        ("Search", "Full text search in sessions."),
        ("Memories of users", "Facts and preferences that outlast sessions."),
        ("Memory search", "Search by meaning and by words."),
        ("Usage", "Messages, tokens and cost over time."),
        ("Statistics", "Totals of the whole service."),
        ("Branches", "Rewind a conversation, try again, and go back."),
        ("Export and import", "Conversations out of the service and into it."),
        ("User data", "Count and erase what is stored about a user."),
        ("Webhooks", "Addresses that are told what happens."),
        ("Keys", "Keys of users and services."),
        ("Health", "For load balancers, orchestrators and people."),
    ];

    public void Apply(OpenApiDocument document, DocumentFilterContext context)
    {
        var used = document.Paths.Values
            .SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>())
            .SelectMany(operation => operation.Tags ?? Enumerable.Empty<OpenApiTagReference>())
            .Select(tag => tag.Name)
            .ToHashSet(StringComparer.Ordinal);
        var others = (document.Tags ?? new HashSet<OpenApiTag>()).Where(tag => !Array.Exists(Tags, known => known.Name == tag.Name));
        document.Tags = new HashSet<OpenApiTag>(
        [
            .. Tags.Where(tag => used.Contains(tag.Name)).Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }),
            .. others,
        ]);
    }
}
