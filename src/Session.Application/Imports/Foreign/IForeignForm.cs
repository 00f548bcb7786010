using System.Text.Json;

namespace SessionService.Application.Imports.Foreign;

/// <summary>A form in which another program writes conversations.</summary>
public interface IForeignForm
{
    /// <summary>The name, for people who sent something that has no known form.</summary>
    string Name { get; }

    /// <summary>Whether an object is a conversation of this form.</summary>
    /// <param name="json">An object. Messages that came as an array alone are in its member <c>messages</c>.</param>
    bool Is(JsonElement json);

    /// <param name="json">An object of this form.</param>
    /// <param name="now">The current time. Later times in the file are ignored.</param>
    ForeignConversation Read(JsonElement json, DateTimeOffset now);
}
