using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.AgentFramework;

/// <summary>How the states in an agent session are written, also in programs without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SessionChatHistoryState))]
[JsonSerializable(typeof(SessionMemoryState))]
internal sealed partial class StateJson : JsonSerializerContext;
